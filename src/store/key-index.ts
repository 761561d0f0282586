import type { KeyRecord } from '../gateway/policy.ts'
import { apiKeyPrefix, hasFormat } from './key-format.ts'
import { KeyedHash } from './keyed-hash.ts'

/** One live key as the store hands it to data threads: never the key itself. */
export interface HashedKey extends KeyRecord {
  /** Keyed hash of the key, base64url. */
  readonly hash: string
}

/**
 * The keys of a data thread. The look-up is by keyed hash, so that its time depends on nothing an attacker can
 * steer: without the pepper, nobody knows how near a guess's hash is to a stored one.
 */
export class KeyIndex {
  readonly #hash: KeyedHash
  readonly #keys: Map<string, KeyRecord>

  constructor(snapshot: readonly HashedKey[], pepper: Uint8Array) {
    this.#hash = new KeyedHash(pepper)
    this.#keys = new Map(
      snapshot.map(({ hash, id, owner, identity }) => [hash, Object.freeze({ id, owner, identity })]),
    )
  }

  /** The record of a presented key; undefined for what is malformed, unknown or revoked. Never throws. */
  find(presented: string): KeyRecord | undefined {
    if (!hasFormat(apiKeyPrefix, presented)) return undefined
    return this.#keys.get(this.#hash.of(`key:${presented}`))
  }
}
