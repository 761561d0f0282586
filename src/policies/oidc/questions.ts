/** What the control plane publishes to the data halves. Plain data; the keys are secret. */
export interface Published {
  /** Seals log-ins under way; base64url. */
  readonly logInKey: string
  /** Tags session cookies; base64url. */
  readonly cookieKey: string
  /** Null until the metadata of the provider were read. */
  readonly provider: ProviderPages | null
  /** Why they were not, or could not be read again. */
  readonly problem: string
  /** Ids of sessions that ended, the newest last. */
  readonly ended: readonly string[]
  /** Number of the first of `ended`, counted from the start of the control half. */
  readonly endedFrom: number
}

/** Pages of the provider that browsers are sent to. */
export interface ProviderPages {
  readonly authorization: string
  readonly endSession: string | null
  /** Whether its answers name the issuer (RFC 9207): then one that does not is another's. */
  readonly namesIssuer: boolean
}

/** What a data half asks. */
export type Question =
  | { readonly kind: 'session'; readonly secret: string }
  | {
      readonly kind: 'code'
      /** Network of the client. */
      readonly from: string
      readonly code: string
      readonly state: string
      readonly nonce: string
      readonly verifier: string
      readonly redirectUri: string
      /** Secret of the session that this browser had, which ends. */
      readonly previous: string | null
    }
  | { readonly kind: 'log-out'; readonly secret: string }
  | { readonly kind: 'back-channel'; readonly token: string }
  | { readonly kind: 'front-channel'; readonly session: string }

export interface NoSession {
  readonly kind: 'none'
}

export interface FoundSession {
  readonly kind: 'session'
  readonly id: string
  /** Claims of its ID token, as JSON. */
  readonly claims: string
  /** `kid` of the key that signed it. */
  readonly key: string | null
  /** Seconds since 1970. */
  readonly created: number
  /** How long a data half may believe this, in milliseconds since 1970. */
  readonly holdsUntil: number
  /** Where services get it. */
  readonly accessToken: string | null
}

export type SessionAnswer = NoSession | FoundSession

export type CodeAnswer =
  | { readonly kind: 'in'; readonly secret: string; readonly session: FoundSession }
  /** The provider, or what it sent, proves nobody. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** The same person logs in again and again. */
  | { readonly kind: 'loop' }

export interface LogOutAnswer {
  /** For `id_token_hint`; null where there was no session. */
  readonly idToken: string | null
}

export type BackChannelAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string }
