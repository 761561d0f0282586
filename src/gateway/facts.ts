/** A caller whose credential was verified. */
export interface Caller {
  /** Stable name of the caller within its identity: the id of a key, later the subject of a token. */
  readonly id: string
  /** Name of the identity (section `identities`) that proved it. */
  readonly identity: string
}

/**
 * What policies learn about a request, typed, each with a single writer. Facts never hold what the client merely
 * claims: that stays in the request view.
 */
export interface Facts {
  caller: Caller | undefined
}

export type FactName = keyof Facts
