import type { AdminRefusal } from '../admin/host.ts'
import type { Log } from '../observe/log.ts'
import type { Actor, ChangeEntry } from '../store/change.ts'
import type { Store } from '../store/store.ts'
import { Refusals } from './refusals.ts'

/** The gateway itself, for the audit log. */
export const gatewayActor: Actor = { name: 'gateway', from: null }

/** Refusals of the admin listener are told together, once in so many milliseconds: a flood must not fill the disk. */
const refusalWindowMs = 300_000
/** What the process itself writes to the audit log: starts, stops, reloads, and who was refused as administrator. */
export class AuditTrail {
  readonly #store: Store
  readonly #log: Log
  readonly #refusals = new Refusals()
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
  refused(refusal: AdminRefusal): void {
    this.#refusals.add(refusal)
    if (this.#window !== null) return
    this.#tellRefusals()
    this.#window = setTimeout(() => this.#endWindow(), refusalWindowMs)
    this.#window.unref()
  }

  /** Writes what was only counted. */
  close(): void {
    this.#endWindow()
  }

  #endWindow(): void {
    if (this.#window !== null) clearTimeout(this.#window)
    this.#window = null
    this.#tellRefusals()
  }

  #tellRefusals(): void {
    const told = this.#refusals.take()
    if (told === null) return
    const { actor, detail } = told
    this.#write({ actor, action: 'admin.refused', target: '', detail })
    this.#log.warn('admin-refused', 'The admin API refused somebody.', {
      caller: actor.name,
      from: actor.from,
      ...detail,
    })
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
