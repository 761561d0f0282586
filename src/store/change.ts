import type { DatabaseSync } from 'node:sqlite'
import type { KeyedHash } from './keyed-hash.ts'

/** Who changes something. */
export interface Actor {
  /** `command line (user 1000)`, `admin token ci`, `staff/ada`. */
  readonly name: string
  /** Address it came from; null for the machine itself. */
  readonly from: string | null
}

/** What the audit log says of a change. Nothing of it may be a secret. */
export interface ChangeEntry {
  readonly actor: Actor
  /** `keys.create`, `revocations.add`. */
  readonly action: string
  /** What was changed, by its public name; '' where it gets its name by the change. */
  readonly target: string
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>
}

/** What the parts of the store share. */
export interface StoreContext {
  readonly database: DatabaseSync
  /** Keyed by the pepper. */
  readonly hash: KeyedHash
  /**
   * Runs a change and writes its audit entry in one transaction: both are on disk when this returns, and then
   * subscribers are told. A throw undoes it. A `write` that returns false has changed nothing, and is not told.
   */
  change<T>(entry: ChangeEntry, write: () => T): T
}
