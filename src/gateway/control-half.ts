import type { PublicJwk } from '../engines/jwt-signing/signing-key.ts'
import type { Sessions } from './sessions.ts'

/**
 * A policy that depends on others (a provider's keys, an authorizer) has two halves. The half on the control plane
 * talks to them; the half in each data thread decides, on what the first has published. So no request ever opens a
 * connection to an address of a token's, and a slow provider stalls nobody.
 */
export interface ControlHalf {
  /**
   * Answers a question of a data half. Question and answer are plain data. A rejection is told as its message. With
   * `judging`, somebody asks what would happen (`explain`): the answer is the same, and nothing counts for it.
   */
  ask?(question: unknown, judging: boolean): Promise<unknown>
  /** For the admin API's `/status`: anything that is JSON and no secret. */
  status?(): unknown
  /** Public keys (JWK, RFC 7517) for those who verify what the data halves sign: published to everybody. */
  publicKeys?(): readonly PublicJwk[]
  /** Ends timers and calls under way. Called once. */
  close(): void
}

/** What the half on the control plane may use. */
export interface ControlHost {
  /** Where the policy stands, for messages: `identities.staff`. */
  readonly where: string
  /** Name of the configured instance. */
  readonly instance: string
  /** Gives plain data to the data halves of all threads; the last one also to threads that start later. */
  publish(state: unknown): void
  /** Calls an address of the configuration. Never throws. */
  call(request: RemoteRequest): Promise<RemoteAnswer>
  /** Tells the operator. No text of a remote party goes in unless it is cut and printable. */
  report(event: string, message: string): void
  /** Keeps small texts over restarts, in the data folder, readable by its owner only. */
  readonly kept: KeptTexts
  /** The log-ins that this identity made at a provider, in the store. */
  sessions(provider: string): Sessions
}

export interface RemoteRequest {
  readonly url: string
  readonly method: 'GET' | 'POST'
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** For the whole call. */
  readonly timeoutMs: number
  /** A larger answer is an error. */
  readonly mostBytes: number
  readonly settings: RemoteSettings
}

/** How others are reached. */
export interface RemoteSettings {
  /** PEM files of authorities in place of the system's, absolute; empty for the system's. */
  readonly authorities: readonly string[]
  /** Address of an outgoing proxy, or null. */
  readonly proxy: string | null
}

export type RemoteAnswer =
  | {
      readonly ok: true
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: Uint8Array
    }
  /** A sentence for the operator. */
  | { readonly ok: false; readonly reason: string }

export interface KeptTexts {
  /** Null when there is none, or it cannot be read. */
  read(name: string): string | null
  /** A text that cannot be kept is reported, and is no error. */
  write(name: string, text: string): void
}

/** The way of a data half to its other half. */
export interface ControlLink {
  /** What was published last; undefined before the first time. Replaced as a whole, never changed in place. */
  readonly state: unknown
  /** Rejects when the control plane does not answer, or refuses. */
  ask(question: unknown): Promise<unknown>
}
