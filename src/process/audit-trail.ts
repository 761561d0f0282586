import type { Log } from '../observe/log.ts'
import type { Actor, ChangeEntry } from '../store/change.ts'
import type { Store } from '../store/store.ts'

/** The gateway itself, for the audit log. */
export const gatewayActor: Actor = { name: 'gateway', from: null }

/** Refusals of the admin listener are told together, once in so many milliseconds: a flood must not fill the disk. */
const refusalWindowMs = 300_000
/** Addresses counted apart in that time. */
const mostAddresses = 1000

/** What the process itself writes to the audit log: starts, stops, reloads, and who was refused as administrator. */
export class AuditTrail {
  readonly #store: Store
  readonly #log: Log
  #refusals = 0
  readonly #addresses = new Set<string>()
  #window: NodeJS.Timeout | null = null

  constructor(store: Store, log: Log) {
    this.#store = store
    this.#log = log
  }

  /** @throws AuditError when the log cannot be written: then nothing could be changed while the gateway runs. */
  started(version: string, operations: number): void {
    this.#store.record({
      actor: gatewayActor,
      action: 'gateway.start',
      target: '',
      detail: { version, operations, process: process.pid },
    })
  }

  stopped(cut: number): void {
    this.#write({ actor: gatewayActor, action: 'gateway.stop', target: '', detail: { cut } })
  }

  reloaded(actor: Actor, by: string, generation: number): void {
    const detail = { by, outcome: 'applied', generation }
    this.#write({ actor, action: 'gateway.reload', target: '', detail })
  }

  /** The reason stays out: it may quote the configuration. */
  reloadRefused(actor: Actor, by: string): void {
    this.#write({ actor, action: 'gateway.reload', target: '', detail: { by, outcome: 'refused' } })
  }

  /** The first refusal is told at once, those that follow in one entry when the window is over. */
  refused(address: string, caller: string | null): void {
    if (this.#window === null) {
      const actor = { name: caller ?? 'unknown', from: address }
      this.#write({ actor, action: 'admin.refused', target: '', detail: { attempts: 1, addresses: 1 } })
      this.#window = setTimeout(() => this.#endWindow(), refusalWindowMs)
      this.#window.unref()
      return
    }
    this.#refusals++
    if (this.#addresses.size < mostAddresses) this.#addresses.add(address)
  }

  /** Writes what was only counted. */
  close(): void {
    this.#endWindow()
  }

  #endWindow(): void {
    if (this.#window !== null) clearTimeout(this.#window)
    this.#window = null
    if (this.#refusals === 0) return
    const [only] = this.#addresses
    const actor = { name: 'unknown', from: this.#addresses.size === 1 ? only! : null }
    const detail = { attempts: this.#refusals, addresses: this.#addresses.size }
    this.#refusals = 0
    this.#addresses.clear()
    this.#write({ actor, action: 'admin.refused', target: '', detail })
  }

  /** What has happened has happened: here a log that cannot be written is told in the process's own. */
  #write(entry: ChangeEntry): void {
    try {
      this.#store.record(entry)
    } catch (error) {
      this.#log.error('audit-failed', `${entry.action} could not be written to the audit log`, {
        error: error instanceof Error ? error.message : String(error),
      })
    }
  }
}
