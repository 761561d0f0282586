import { KeyedHash } from '../store/keyed-hash.ts'
import { KeyIndex } from '../store/keys/key-index.ts'
import { neverEnds } from '../store/keys/key-layout.ts'
import { encodeKey } from '../store/keys/key-record.ts'
import { KeyTable } from '../store/keys/key-table.ts'
import type { CaseKey } from './policy-case.ts'

const pepper = new Uint8Array(32)

/** The keys of a case, as a data thread finds them. */
export function caseKeys(keys: readonly CaseKey[]): KeyIndex {
  const hash = new KeyedHash(pepper)
  const entries = keys.map(
    ({ key, expires, created, scopes = [], networks = [], labels = {}, ...names }) => ({
      digest: hash.digest(`key:${key}`),
      ends: expires === undefined ? neverEnds : Math.floor(Date.parse(expires) / 1000),
      created: created === undefined ? 0 : Math.floor(Date.parse(created) / 1000),
      text: encodeKey({ ...names, scopes, networks, labels }),
    }),
  )
  const table = new KeyTable(
    entries.length,
    entries.reduce((sum, { text }) => sum + text.length, 0),
  )
  for (const entry of entries) table.put(entry)
  return new KeyIndex(table.memory, pepper)
}
