import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { after, type TestContext } from 'node:test'
import { createLog } from '../observe/log.ts'
import { type AdminRole, adminRoles } from '../store/admin-roles.ts'
import { openStore, type Store } from '../store/store.ts'
import type { AdminHost, AdminRefusal, ExplainQuery, Identified } from './host.ts'
import { type AdminOptions, type AdminServer, startAdmin } from './server.ts'

// What the tests of this folder share: a host that notes what is asked of it, and clients.

const folder = mkdtempSync(join(tmpdir(), 'sallyport-admin-'))

/** The store that the listeners under test share. */
export const store: Store = openStore(folder)
after(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

const actor = { name: 'test', from: null }

/** The first admin token. */
export const token: string = store.adminTokens.ensure(actor)!

/** A token of each role. */
export const tokenOf: Readonly<Record<AdminRole, string>> = Object.fromEntries(
  adminRoles.map((role) => [role, store.adminTokens.create(actor, { name: role, role }).token]),
) as Record<AdminRole, string>

export interface Seen {
  ready: boolean
  refusals: number
  /** The last one. */
  refusal: AdminRefusal | null
  identified: Identified
  reloads: number
  question: ExplainQuery | null
  reloadProblems: readonly string[]
  status: () => unknown
  readonly log: PassThrough
}

export function makeHost(): { host: AdminHost; seen: Seen } {
  const seen: Seen = {
    ready: true,
    refusals: 0,
    refusal: null,
    identified: { kind: 'nothing' },
    reloads: 0,
    question: null,
    reloadProblems: [],
    status: () => ({ version: '1.2.3' }),
    log: new PassThrough(),
  }
  const host: AdminHost = {
    ready: () => seen.ready,
    metrics: () => '# HELP a b\n',
    log: createLog({ stream: seen.log }),
    store,
    publicKeys: () => [],
    identities: () => [
      { name: 'partners', type: 'api-key', administers: false },
      { name: 'robots', type: 'api-key', administers: true },
    ],
    identify: async () => seen.identified,
    status: () => seen.status(),
    refused: (refusal) => {
      seen.refusals++
      seen.refusal = refusal
    },
    undeclared: () => ({ requests: [], others: 0 }),
    explain: async (query) => {
      seen.question = query
      return query.url === '/bad'
        ? { ok: false, problem: 'no such URL' }
        : { ok: true, text: 'allowed\n', json: { verdict: 'allow' } }
    },
    reload: async () => {
      seen.reloads++
      return seen.reloadProblems.length > 0
        ? { ok: false, problems: seen.reloadProblems }
        : { ok: true, generation: 8 }
    },
  }
  return { host, seen }
}

export async function admin(
  context: TestContext,
  options: Partial<AdminOptions> = {},
): Promise<{ server: AdminServer; seen: Seen }> {
  const { host, seen } = makeHost()
  const server = await startAdmin({
    address: { host: '127.0.0.1', port: 0 },
    openMetricsTo: [],
    tls: null,
    host,
    ...options,
  })
  context.after(() => server.close())
  return { server, seen }
}

export interface Reply {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
}

export type Headers = Record<string, string | string[]>

export function call(
  server: AdminServer,
  method: string,
  path: string,
  headers: Headers = {},
  body = '',
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: server.address.port, method, path, headers, agent: false },
      (response) => {
        let text = ''
        response.on('data', (chunk) => (text += chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, body: text }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Sends bytes as they are, and reads to the end of the connection. */
export function raw(server: AdminServer, bytes: string, from = '127.0.0.1'): Promise<string> {
  return new Promise((resolve) => {
    const { port } = server.address
    const socket = connect({ port, host: '127.0.0.1', localAddress: from }, () => socket.write(bytes))
    let text = ''
    socket.on('data', (chunk) => (text += chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(text))
  })
}

export const withToken: Headers = { authorization: `Bearer ${token}` }

/** A change, as a caller of this role asks for it. */
export function post(
  server: AdminServer,
  path: string,
  body: unknown,
  role: AdminRole = 'admin',
  headers: Headers = {},
): Promise<Reply> {
  return call(
    server,
    'POST',
    path,
    { authorization: `Bearer ${tokenOf[role]}`, 'content-type': 'application/json', ...headers },
    JSON.stringify(body),
  )
}
