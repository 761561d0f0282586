import type { Writable } from 'node:stream'
import type { StoredKey } from '../store/keys.ts'
import { openStore, type Store } from '../store/store.ts'
import { StoreError } from '../store/store-error.ts'
import { commandLine } from './actor.ts'

/** Arguments of `sallyport keys`. */
export interface KeysArguments {
  readonly action: 'create' | 'list' | 'revoke'
  /** Folder of the store; made where it is absent. */
  readonly dataFolder: string
  /** For `create`: name of the identity that accepts the key. */
  readonly identity?: string
  /** For `create`: who holds it. Default: the name of the identity. */
  readonly owner?: string
  /** For `revoke`. */
  readonly id?: string
  /** One JSON document on stdout instead of text. */
  readonly json?: boolean
  readonly stdout: Writable
  readonly stderr: Writable
}

/**
 * `sallyport keys create|list|revoke`. A new key is the only thing on stdout, so that it can be piped into a secret
 * manager; notes for people go to stderr, and a running gateway sees the change by itself.
 *
 * @returns The exit code: 0, 1 when there is no such live key, 2 when the store or the arguments are unusable.
 */
export async function runKeys(args: KeysArguments): Promise<number> {
  let store: Store | undefined
  try {
    store = openStore(args.dataFolder)
    if (args.action === 'create') return create(store, args)
    return args.action === 'list' ? list(store, args) : revoke(store, args)
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    args.stderr.write(`${error.message}\n`)
    return 2
  } finally {
    store?.close()
  }
}

function create(store: Store, { identity, owner = identity, json, stdout, stderr }: KeysArguments): number {
  if (identity === undefined || owner === undefined) {
    stderr.write('name the identity that accepts the key: sallyport keys create IDENTITY --owner NAME\n')
    return 2
  }
  const { id, key } = store.keys.create(commandLine, { identity, owner })
  stdout.write(json === true ? `${JSON.stringify({ id, identity, owner, key })}\n` : `${key}\n`)
  stderr.write(`Key ${id} of ${owner} for ${identity}. It is shown this once: keep it now.\n`)
  return 0
}

function list(store: Store, { json, stdout, stderr }: KeysArguments): number {
  const keys = store.keys.list()
  if (json === true) stdout.write(`${JSON.stringify(keys)}\n`)
  else if (keys.length === 0) stderr.write('No keys yet: sallyport keys create IDENTITY --owner NAME\n')
  else stdout.write(table(keys))
  return 0
}

function revoke(store: Store, { id, json, stdout, stderr }: KeysArguments): number {
  if (id === undefined) {
    stderr.write('name the key by its id, as `sallyport keys list` shows it: sallyport keys revoke ID\n')
    return 2
  }
  const revoked = store.keys.revoke(commandLine, id)
  if (json === true) stdout.write(`${JSON.stringify({ revoked })}\n`)
  // The id is not repeated: whoever pastes a whole key here would find it in a log.
  stderr.write(revoked ? `Revoked ${id}.\n` : 'No live key has this id: see sallyport keys list.\n')
  return revoked ? 0 : 1
}

/** Columns by spaces: readable, and cut by `awk`. Owners come last, as they may hold spaces. */
function table(keys: readonly StoredKey[]): string {
  const rows = [
    ['ID', 'IDENTITY', 'STATE', 'CREATED', 'OWNER'],
    ...keys.map((key) => [
      key.id,
      key.identity,
      key.revoked === null ? 'live' : 'revoked',
      key.created,
      key.owner,
    ]),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('')
}
