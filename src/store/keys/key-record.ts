import { NetworkSet } from '../../engines/networks/network-set.ts'
import { type Caller, type Claims, plainCaller } from '../../gateway/facts.ts'
import type { KeyRecord } from '../../gateway/policy.ts'
import { header, neverEnds } from './key-layout.ts'

/** What a key's record says; it stays as it was when the key was issued. */
export interface KeyDescription {
  /** Public name. */
  readonly id: string
  /** Name of the identity that accepts it. */
  readonly identity: string
  readonly owner: string
  readonly scopes: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  /** Networks it may be used from; empty for all. */
  readonly networks: readonly string[]
}

/** Id, identity, owner, scopes, networks and labels; what is empty at the end is left out. */
type Row = [
  string,
  string,
  string,
  (readonly string[])?,
  (readonly string[])?,
  Readonly<Record<string, string>>?,
]

/** A record as it stands in the shared table: a million of them are in memory, so nothing in it has a name. */
export function encodeKey({ id, identity, owner, scopes, networks, labels }: KeyDescription): Buffer {
  const row: Row = [id, identity, owner]
  const labelled = Object.keys(labels).length > 0
  if (scopes.length > 0 || networks.length > 0 || labelled) row.push(scopes)
  if (networks.length > 0 || labelled) row.push(networks)
  if (labelled) row.push(labels)
  return Buffer.from(JSON.stringify(row))
}

/** The id in an encoded record. */
export function keyIdOf(text: Buffer): string {
  return decode(text)[0]
}

const noScopes: readonly string[] = Object.freeze([])

/** A key of the table, decoded and frozen; requests share it. */
export class DecodedKey implements KeyRecord {
  readonly id: string
  readonly identity: string
  readonly caller: Caller
  readonly networks: NetworkSet | null
  /** The word of the table that it was read with. */
  readonly ends: number
  readonly expires: number | null
  readonly issuedAt: number
  readonly #words: Int32Array | null
  readonly #record: number

  /**
   * @param words - Where to note its uses; null for a reader that only explains.
   * @param record - First word of the record.
   */
  constructor(text: Buffer, ends: number, issuedAt: number, words: Int32Array | null, record: number) {
    const [id, identity, owner, scopes = noScopes, networks = [], labels = {}] = decode(text)
    this.id = id
    this.identity = identity
    this.networks = networks.length === 0 ? null : new NetworkSet(networks)
    this.ends = ends
    this.expires = ends === neverEnds ? null : ends * 1000
    this.issuedAt = issuedAt
    const claims: Claims = Object.assign(Object.create(null) as Record<string, unknown>, {
      owner,
      labels: Object.freeze(Object.assign(Object.create(null) as Record<string, string>, labels)),
    })
    this.caller = Object.freeze({
      ...plainCaller(identity, id),
      scopes: Object.freeze([...scopes]),
      claims: Object.freeze(claims),
    })
    this.#words = words
    this.#record = record
    Object.freeze(this)
  }

  used(now: number): void {
    if (this.#words === null) return
    const minute = Math.floor(now / 60_000)
    const at = this.#record + header.lastUsed
    if (Atomics.load(this.#words, at) !== minute) Atomics.store(this.#words, at, minute)
  }
}

function decode(text: Buffer): Row {
  return JSON.parse(text.toString('utf8')) as Row
}
