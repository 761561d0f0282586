import type { SQLInputValue } from 'node:sqlite'

/** A key as it is listed: nothing of it can be presented. */
export interface StoredKey {
  readonly id: string
  readonly identity: string
  readonly owner: string
  /** RFC 3339, UTC. */
  readonly created: string
  /** When it was ended for good, RFC 3339, UTC; null while it was not. */
  readonly revoked: string | null
  readonly state: KeyState
  /**
   * Id of a revocation in force of the key's id as a subject; null for none. It refuses the key as long as it lasts,
   * and can be taken back.
   */
  readonly revocation: string | null
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

/** What the policy asks of the revocations, of each row: `unixepoch` cuts to the second as the shared table does. */
const asSubject = `FROM revocations AS r WHERE r.kind = 'subject' AND r.value = keys.id
  AND r.identity IN ('', keys.identity) AND (r.expires IS NULL OR r.expires > ?)
  AND (r.before IS NULL OR unixepoch(keys.created) < r.before)`

const columns = `id, identity, owner, created, revoked, scopes, labels, networks, expires, replaces, last_used,
  (SELECT r.id ${asSubject} LIMIT 1) AS revocation`

/** The query for a list, oldest first, and its parameters. Texts of users are parameters only. */
export function listQuery(filter: KeyFilter, now: string): readonly [sql: string, ...SQLInputValue[]] {
  const conditions: string[] = []
  // The first one belongs to the columns.
  const parameters: SQLInputValue[] = [now]
  const where = (condition: string, ...values: string[]): void => {
    conditions.push(condition)
    parameters.push(...values)
  }
  const { identity, owner, label, state, after, limit = -1 } = filter
  if (identity !== undefined) where('identity = ?', identity)
  if (owner !== undefined) where('owner = ?', owner)
  if (label !== undefined)
    where('EXISTS (SELECT 1 FROM json_each(labels) AS one WHERE one.key = ? AND one.value = ?)', ...label)
  const notRevoked = `revoked IS NULL AND NOT EXISTS (SELECT 1 ${asSubject})`
  if (state === 'revoked') where(`NOT (${notRevoked})`, now)
  if (state === 'expired') where(`${notRevoked} AND expires <= ?`, now, now)
  if (state === 'live') where(`${notRevoked} AND (expires IS NULL OR expires > ?)`, now, now)
  if (after !== undefined) where('rowid > (SELECT rowid FROM keys WHERE id = ?)', after)
  const all = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  return [`SELECT ${columns} FROM keys ${all} ORDER BY rowid LIMIT ?`, ...parameters, limit]
}

/** The query for one key, by the time of now and the value; `by` is a column with unique values. */
export function oneQuery(by: 'id' | 'hash'): string {
  return `SELECT ${columns} FROM keys WHERE ${by} = ?`
}

/** The key of a row with the columns of these queries. */
export function storedKey(row: Readonly<Record<string, unknown>>, now: string): StoredKey {
  const text = (name: string): string => String(row[name])
  const orNull = (name: string): string | null => (row[name] === null ? null : text(name))
  const revoked = orNull('revoked')
  const expires = orNull('expires')
  const created = text('created')
  const lastUsed = orNull('last_used')
  const revocation = orNull('revocation')
  const isRevoked = revoked !== null || revocation !== null
  return {
    id: text('id'),
    identity: text('identity'),
    owner: text('owner'),
    created,
    revoked,
    revocation,
    // Times of one form and zone: their order is that of their texts.
    state: isRevoked ? 'revoked' : expires !== null && expires <= now ? 'expired' : 'live',
    // Written by this store, and checked before.
    scopes: JSON.parse(text('scopes')) as string[],
    labels: JSON.parse(text('labels')) as Record<string, string>,
    networks: JSON.parse(text('networks')) as string[],
    expires,
    replaces: orNull('replaces'),
    // The minute of the first use may have begun before the key was issued.
    lastUsed: lastUsed !== null && lastUsed < created ? created : lastUsed,
  }
}
