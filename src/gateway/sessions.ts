/**
 * Log-ins of one identity at one provider, in the store of the control plane. Browsers hold a secret each, of which
 * the store keeps a keyed hash; what a session contains is sealed there. Times are in milliseconds since 1970.
 */
export interface Sessions {
  /** False where requests are only judged (`explain`, `whoami`): then nothing is changed. */
  readonly writable: boolean
  /** A secret of 32 bytes for what browsers hold, by purpose; the same over restarts. Never written to any output. */
  key(purpose: string): Uint8Array
  /** Keeps a new one. Gives the ids of those that made room: each subject has few, and all together are bounded. */
  add(session: NewSession): readonly string[]
  /** The session of this secret, also one whose time is over; null when there is none, or it cannot be opened. */
  find(secret: string): KeptSession | null
  /** Replaces the content. Returns false when the session has ended meanwhile. */
  update(id: string, content: string): boolean
  /** Moves the time at which sessions end unless they are used, by id. */
  extend(ends: ReadonlyMap<string, number>): void
  /** Ends sessions. Gives their ids. */
  end(which: EndedSessions): readonly string[]
}

/** Which sessions end. */
export type EndedSessions =
  | { readonly id: string }
  | { readonly subject: string }
  /** By the provider's own name of it (`sid`). */
  | { readonly providerSession: string }

export interface NewSession {
  /** 256 random bits or more, as text. */
  readonly secret: string
  readonly subject: string
  readonly providerSession: string | null
  readonly created: number
  /** When it ends however much it is used. */
  readonly expires: number
  /** When it ends unless it is used. */
  readonly ends: number
  readonly content: string
}

export interface KeptSession {
  /** Public name, no secret. */
  readonly id: string
  readonly created: number
  readonly expires: number
  readonly ends: number
  readonly content: string
}
