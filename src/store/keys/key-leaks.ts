import type { Actor } from '../change.ts'
import type { KeyState } from './key-rows.ts'
import { type FoundText, KeyScan } from './key-scan.ts'
import type { KeyStore } from './keys.ts'

/** A key of the store that was found where it should not be. */
export interface LeakedKey {
  readonly id: string
  readonly identity: string
  readonly owner: string
  /** Line of the text in which it stands first, from 1. */
  readonly line: number
  /** What it was when it was found. */
  readonly state: KeyState
  /** It was revoked because of this. */
  readonly revoked: boolean
}

/** What a search came to. Nothing of it is a key. */
export interface LeakReport {
  readonly keys: readonly LeakedKey[]
  /** How often keys of other stores stand in the text. */
  readonly foreign: number
  /** Line of the first of those; null when there is none. */
  readonly firstForeignLine: number | null
}

/** Finds keys in a text and revokes them. Memory grows with the keys of the store that are found, not with the text. */
export class LeakSearch {
  readonly #store: KeyStore
  readonly #actor: Actor
  readonly #dryRun: boolean
  readonly #scan = new KeyScan()
  readonly #keys = new Map<string, LeakedKey>()
  #foreign = 0
  #firstForeignLine: number | null = null

  /** @param dryRun - Finds only. */
  constructor(store: KeyStore, actor: Actor, dryRun: boolean) {
    this.#store = store
    this.#actor = actor
    this.#dryRun = dryRun
  }

  /** Takes the next piece of the text; what is found in it is revoked when this returns. */
  take(chunk: Uint8Array): void {
    for (const found of this.#scan.take(chunk)) this.#note(found)
  }

  /** Takes the end of the text. */
  end(): LeakReport {
    for (const found of this.#scan.end()) this.#note(found)
    return {
      keys: [...this.#keys.values()],
      foreign: this.#foreign,
      firstForeignLine: this.#firstForeignLine,
    }
  }

  #note({ text, line, checked }: FoundText): void {
    const known = this.#store.find(text)
    if (known === undefined) {
      if (!checked) return
      this.#foreign++
      this.#firstForeignLine ??= line
      return
    }
    const { id, identity, owner, state } = known
    if (this.#keys.has(id)) return
    const revoked = !this.#dryRun && this.#store.revoke(this.#actor, id, 'leaked')
    this.#keys.set(id, { id, identity, owner, line, state, revoked })
  }
}
