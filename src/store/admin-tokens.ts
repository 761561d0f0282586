import { timingSafeEqual } from 'node:crypto'
import type { Actor, StoreContext } from './change.ts'
import { adminTokenPrefix, hasFormat, newSecret } from './key-format.ts'

/** The admin token of the embedded store, hashed. */
export class AdminTokenStore {
  readonly #context: StoreContext

  constructor(context: StoreContext) {
    this.#context = context
  }

  /** Makes the admin token at the first start. Returns it then, and null ever after: it can be read nowhere again. */
  ensure(actor: Actor): string | null {
    return this.#stored() === undefined ? this.replace(actor) : null
  }

  /** Makes a new admin token; the one before ends. */
  replace(actor: Actor): string {
    const { database, hash, change } = this.#context
    const token = newSecret(adminTokenPrefix)
    change({ actor, action: 'admin-token.replace', target: 'admin' }, () =>
      database
        .prepare("INSERT OR REPLACE INTO secrets (name, hash) VALUES ('admin', ?)")
        .run(hash.of(`admin:${token}`)),
    )
    return token
  }

  /** Whether this is the admin token, in a time that does not depend on how much of it is right. */
  check(presented: string): boolean {
    if (!hasFormat(adminTokenPrefix, presented)) return false
    const stored = this.#stored()
    if (stored === undefined) return false
    return timingSafeEqual(Buffer.from(this.#context.hash.of(`admin:${presented}`)), Buffer.from(stored))
  }

  #stored(): string | undefined {
    const row = this.#context.database.prepare("SELECT hash FROM secrets WHERE name = 'admin'").get()
    return row === undefined ? undefined : String(row['hash'])
  }
}
