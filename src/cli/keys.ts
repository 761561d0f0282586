import type { Readable, Writable } from 'node:stream'
import type { KeyState } from '../store/keys/key-rows.ts'
import { openStore, type Store } from '../store/store.ts'
import { StoreError } from '../store/store-error.ts'
import { commandLine } from './actor.ts'
import { runLeaked } from './keys-leaked.ts'
import { writeKeys } from './keys-list.ts'
import { parseLabel, parseLabels, parseOverlap } from './keys-options.ts'
import { endAt } from './time-span.ts'

/** Arguments of `sallyport keys`. */
export interface KeysArguments {
  readonly action: 'create' | 'list' | 'rotate' | 'revoke' | 'leaked'
  /** Folder of the store; made where it is absent. */
  readonly dataFolder: string
  /** For `create`: name of the identity that accepts the key. For `list`: only keys of this one. */
  readonly identity?: string
  /** For `create`: who holds it. Default: the name of the identity. For `list`: only keys of this one. */
  readonly owner?: string
  /** For `create`. */
  readonly scope?: readonly string[]
  /** As `name=value`. For `list`: only keys with the first. */
  readonly label?: readonly string[]
  /** For `create`. */
  readonly network?: readonly string[]
  /**
   * For `create` and `rotate`: `90d`, `2027-01-31`, `2027-01-31T12:00:00Z`. Default: never, and for `rotate` when the
   * old key would have ended.
   */
  readonly expires?: string
  /** For `list`. */
  readonly state?: KeyState
  /** For `rotate` and `revoke`. */
  readonly id?: string
  /** For `rotate`: `24h`, the default, or `0`. */
  readonly overlap?: string
  /** For `leaked`: file to read. Default `-`, standard input. */
  readonly file?: string
  /** For `leaked`: find only. */
  readonly dryRun?: boolean
  /** One JSON document on stdout instead of text. */
  readonly json?: boolean
  /** For `leaked`. */
  readonly stdin?: Readable
  readonly stdout: Writable
  readonly stderr: Writable
}

/**
 * `sallyport keys create|list|rotate|revoke|leaked`. A new key is the only thing on stdout, so that it can be piped
 * into a secret manager; notes for people go to stderr, and a running gateway sees the change by itself.
 *
 * @returns The exit code: 0; 1 when there is no such live key, or when leaked ones were found; 2 when the store or the
 *   arguments are unusable.
 */
export async function runKeys(args: KeysArguments): Promise<number> {
  let store: Store | undefined
  try {
    store = openStore(args.dataFolder)
    return await actions[args.action](store, args)
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    args.stderr.write(`${error.message}\n`)
    return 2
  } finally {
    store?.close()
  }
}

const actions: Readonly<
  Record<KeysArguments['action'], (store: Store, args: KeysArguments) => number | Promise<number>>
> = { create, list, rotate, revoke, leaked }

function create(store: Store, args: KeysArguments): number {
  const { identity, owner = identity, scope, label, network, expires, json, stdout, stderr } = args
  if (identity === undefined || owner === undefined) {
    stderr.write('name the identity that accepts the key: sallyport keys create IDENTITY --owner NAME\n')
    return 2
  }
  const ends = expires === undefined ? null : endAt(expires)
  const { id, key } = store.keys.create(commandLine, {
    identity,
    owner,
    expires: ends,
    ...(scope === undefined ? {} : { scopes: scope }),
    ...(label === undefined ? {} : { labels: parseLabels(label) }),
    ...(network === undefined ? {} : { networks: network }),
  })
  stdout.write(json === true ? `${JSON.stringify({ id, identity, owner, key })}\n` : `${key}\n`)
  const until = ends === null ? '' : ` until ${ends.toISOString()}`
  stderr.write(`Key ${id} of ${owner} for ${identity}${until}. It is shown this once: keep it now.\n`)
  return 0
}

async function list(store: Store, args: KeysArguments): Promise<number> {
  const { identity, owner, label = [], state, json = false, stdout, stderr } = args
  const [first] = label
  const filter = { identity, owner, state, label: first === undefined ? undefined : parseLabel(first) }
  const count = await writeKeys(store.keys, filter, json, stdout)
  if (count === 0 && !json) {
    const all = Object.values(filter).every((value) => value === undefined)
    stderr.write(
      all ? 'No keys yet: sallyport keys create IDENTITY --owner NAME\n' : 'No key is like this.\n',
    )
  }
  return 0
}

function rotate(store: Store, { id, overlap, expires, json, stdout, stderr }: KeysArguments): number {
  if (id === undefined) return withoutId(stderr, 'rotate')
  const issued = store.keys.rotate(commandLine, id, {
    overlapMs: overlap === undefined ? undefined : parseOverlap(overlap),
    expires: expires === undefined ? undefined : endAt(expires),
  })
  if (issued === null) return noSuchKey(stderr)
  const ends = store.keys.get(id)?.expires ?? null
  const until = store.keys.get(issued.id)?.expires ?? null
  stdout.write(json === true ? `${JSON.stringify({ ...issued, replaces: id, ends })}\n` : `${issued.key}\n`)
  stderr.write(
    `Key ${issued.id}${until === null ? '' : ` until ${until}`} takes the place of ${id}, which ends at ${ends}. It is shown this once: keep it now.\n`,
  )
  return 0
}

function revoke(store: Store, { id, json, stdout, stderr }: KeysArguments): number {
  if (id === undefined) return withoutId(stderr, 'revoke')
  const revoked = store.keys.revoke(commandLine, id)
  if (json === true) stdout.write(`${JSON.stringify({ revoked })}\n`)
  if (!revoked) return noSuchKey(stderr)
  stderr.write(`Revoked ${id}.\n`)
  return 0
}

function leaked(store: Store, args: KeysArguments): Promise<number> {
  const { file = '-', dryRun = false, json = false, stdin = process.stdin, stdout, stderr } = args
  return runLeaked(store.keys, { file, dryRun, json, stdin, stdout, stderr })
}

function withoutId(stderr: Writable, action: string): number {
  stderr.write(`name the key by its id, as \`sallyport keys list\` shows it: sallyport keys ${action} ID\n`)
  return 2
}

/** The id is not repeated: whoever pastes a whole key here would find it in a log. */
function noSuchKey(stderr: Writable): number {
  stderr.write('No live key has this id: see sallyport keys list.\n')
  return 1
}
