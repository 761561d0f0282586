import type { StoreContext } from './change.ts'
import type { Revocation } from './revocation-index.ts'

/** Revoked credentials of the embedded store. */
export class RevocationStore {
  readonly #context: StoreContext

  constructor(context: StoreContext) {
    this.#context = context
  }

  /** What is in force, for the index of each data thread. */
  snapshot(): readonly Revocation[] {
    return this.#context.database
      .prepare('SELECT kind, identity, value, before FROM revocations')
      .all()
      .map((row) => ({ ...row }) as unknown as Revocation)
  }
}
