import type { SQLInputValue } from 'node:sqlite'

/** A key as it is listed: nothing of it can be presented. */
export interface StoredKey {
  readonly id: string
  readonly identity: string
  readonly owner: string
  /** RFC 3339, UTC. */
  readonly created: string
  /** RFC 3339, UTC; null while it was not revoked. */
  readonly revoked: string | null
  readonly state: KeyState
  readonly scopes: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  /** Networks it may be used from; empty for all. */
  readonly networks: readonly string[]
  /** RFC 3339, UTC; null for never. */
  readonly expires: string | null
  /** Id of the key that it was issued in place of. */
  readonly replaces: string | null
  /** RFC 3339, UTC, to the minute and at most a minute late; null for never. */
  readonly lastUsed: string | null
}

export type KeyState = 'live' | 'expired' | 'revoked'

/** Which keys to list. What is left out does not matter. */
export interface KeyFilter {
  readonly identity?: string | undefined
  readonly owner?: string | undefined
  /** Name and value of a label. */
  readonly label?: readonly [name: string, value: string] | undefined
  readonly state?: KeyState | undefined
  /** Only those issued after the key with this id, as the last of a page. */
  readonly after?: string | undefined
  /** How many at most. */
  readonly limit?: number | undefined
}

const columns =
  'id, identity, owner, created, revoked, scopes, labels, networks, expires, replaces, last_used'

/** The query for a list, oldest first, and its parameters. Texts of users are parameters only. */
export function listQuery(filter: KeyFilter, now: string): readonly [sql: string, ...SQLInputValue[]] {
  const conditions: string[] = []
  const parameters: SQLInputValue[] = []
  const where = (condition: string, ...values: string[]): void => {
    conditions.push(condition)
    parameters.push(...values)
  }
  const { identity, owner, label, state, after, limit = -1 } = filter
  if (identity !== undefined) where('identity = ?', identity)
  if (owner !== undefined) where('owner = ?', owner)
  if (label !== undefined)
    where('EXISTS (SELECT 1 FROM json_each(labels) AS one WHERE one.key = ? AND one.value = ?)', ...label)
  if (state === 'revoked') where('revoked IS NOT NULL')
  if (state === 'expired') where('revoked IS NULL AND expires <= ?', now)
  if (state === 'live') where('revoked IS NULL AND (expires IS NULL OR expires > ?)', now)
  if (after !== undefined) where('rowid > (SELECT rowid FROM keys WHERE id = ?)', after)
  const all = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  return [`SELECT ${columns} FROM keys ${all} ORDER BY rowid LIMIT ?`, ...parameters, limit]
}

/** The query for one key; `by` is a column with unique values. */
export function oneQuery(by: 'id' | 'hash'): string {
  return `SELECT ${columns} FROM keys WHERE ${by} = ?`
}

/** The key of a row with the columns of these queries. */
export function storedKey(row: Readonly<Record<string, unknown>>, now: string): StoredKey {
  const text = (name: string): string => String(row[name])
  const orNull = (name: string): string | null => (row[name] === null ? null : text(name))
  const revoked = orNull('revoked')
  const expires = orNull('expires')
  return {
    id: text('id'),
    identity: text('identity'),
    owner: text('owner'),
    created: text('created'),
    revoked,
    // Times of one form and zone: their order is that of their texts.
    state: revoked !== null ? 'revoked' : expires !== null && expires <= now ? 'expired' : 'live',
    // Written by this store, and checked before.
    scopes: JSON.parse(text('scopes')) as string[],
    labels: JSON.parse(text('labels')) as Record<string, string>,
    networks: JSON.parse(text('networks')) as string[],
    expires,
    replaces: orNull('replaces'),
    lastUsed: orNull('last_used'),
  }
}
