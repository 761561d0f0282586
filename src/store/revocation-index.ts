import type { RevocableCredential, Revocations } from '../gateway/policy.ts'

/** One revocation as data threads get it. */
export interface Revocation {
  readonly kind: 'token' | 'subject' | 'session' | 'key' | 'certificate'
  /** Name of the identity that it holds for; '' for all. */
  readonly identity: string
  readonly value: string
  /** For a subject: credentials issued before this are revoked (seconds since 1970); null for all. */
  readonly before: number | null
}

/** The revocations of one thread. Replaced as a whole by `replace`, which raises the version. */
export class RevocationIndex implements Revocations {
  version = 0
  #list: readonly Revocation[] = []

  replace(snapshot: readonly Revocation[]): void {
    this.#list = snapshot
    this.version++
  }

  find(credential: RevocableCredential): string | null {
    for (const { kind, identity, value } of this.#list) {
      if (identity !== '' && identity !== credential.identity) continue
      if (credential[kind] === value) return `the ${kind} was revoked`
    }
    return null
  }
}
