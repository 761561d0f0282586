/** Names and values that a credential was proven with; without a prototype, so that no name is there by birth. */
export type Claims = { readonly [name: string]: unknown }

/** A caller whose credential was verified. */
export interface Caller {
  /** Stable name of the caller within its identity: the id of a key, the subject of a token. */
  readonly id: string
  /** Name of the identity (section `identities`) that proved it. */
  readonly identity: string
  /** What the credential was issued for. */
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  /** All that is proven about the caller: the claims of a token, the labels of a key. */
  readonly claims: Claims
  /**
   * A browser sends the credential along by itself, also when another site makes it (a cookie, a certificate): what
   * comes with it needs another proof that the caller meant it.
   */
  readonly ambient: boolean
}

/** A caller of whom nothing is known but who it is. */
export function plainCaller(identity: string, id: string): Caller {
  return { id, identity, scopes: none, roles: none, claims: noClaims, ambient: false }
}

const none: readonly string[] = Object.freeze([])
const noClaims: Claims = Object.freeze(Object.create(null) as Claims)

/**
 * What policies learn about a request, typed, each with a single writer. Facts never hold what the client merely
 * claims: that stays in the request view.
 */
export interface Facts {
  caller: Caller | undefined
}

export type FactName = keyof Facts
