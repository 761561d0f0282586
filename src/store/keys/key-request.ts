import { formatNetwork, parseNetwork } from '../../engines/networks/network.ts'
import { requireName } from '../names.ts'
import { StoreError } from '../store-error.ts'

/** What must be told of a new key. */
export interface NewKey {
  /** Name of the identity (section `identities`) that accepts the key. */
  readonly identity: string
  /** Who holds it, in words for people. */
  readonly owner: string
  /** What it is issued for (RFC 6749 §3.3). Default: nothing in particular. */
  readonly scopes?: readonly string[]
  /** For whoever sorts keys; requests carry them as the claim `labels`. */
  readonly labels?: Readonly<Record<string, string>>
  /** Networks it may be used from. Default: all. */
  readonly networks?: readonly string[]
  /** When it ends. Default: never. */
  readonly expires?: Date | null
}

/** A new key as it is stored. */
export type CheckedKey = Required<NewKey>

const most = { scopes: 100, labels: 32, networks: 100 }
/** `scope-token` of RFC 6749 §3.3. */
const scopeForm = /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/
const labelForm = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/
/** Seconds since 1970 are kept in 32 bits. */
const latest = Date.UTC(2100, 0, 1)

/** @throws StoreError with one sentence for whoever asked for the key. */
export function checkKey(asked: NewKey, now: number): CheckedKey {
  const { identity, owner, scopes = [], labels = {}, networks = [], expires = null } = asked
  requireName('identity of a key', identity)
  requireName('owner of a key', owner)
  bounded('scopes', scopes.length)
  bounded('labels', Object.keys(labels).length)
  bounded('networks', networks.length)
  for (const scope of scopes) {
    if (!scopeForm.test(scope))
      throw new StoreError('a scope has 1 to 100 printable ASCII characters, without spaces, `"` and `\\`')
  }
  for (const [name, value] of Object.entries(labels)) {
    if (!labelForm.test(name))
      throw new StoreError(
        'the name of a label has up to 63 letters, digits, `.`, `_`, `/` and `-`, and begins with one of the first two',
      )
    requireName(`label ${name} of a key`, value)
  }
  if (expires !== null && !(expires.getTime() > now && expires.getTime() < latest))
    throw new StoreError('a key ends in the future, and before the year 2100')
  return {
    identity,
    owner,
    scopes: [...new Set(scopes)],
    labels,
    networks: [...new Set(networks.map(canonicalNetwork))],
    expires,
  }
}

function canonicalNetwork(text: string): string {
  const result = parseNetwork(text)
  if (!result.ok) throw new StoreError(`networks of a key: ${result.problem}`)
  return formatNetwork(result.network)
}

function bounded(what: keyof typeof most, count: number): void {
  if (count > most[what]) throw new StoreError(`a key has at most ${most[what]} ${what}`)
}
