import { request } from 'node:http'
import { connect } from 'node:net'
import { PassThrough } from 'node:stream'
import type { TestContext } from 'node:test'
import { createLog } from '../observe/log.ts'
import type { AdminHost, ExplainQuery } from './host.ts'
import { type AdminOptions, type AdminServer, startAdmin } from './server.ts'

// What the tests of this folder share: a host that notes what is asked of it, and clients.

/** The token that the admin listener under test accepts. */
export const token: string = 'spa_right-token'

export interface Seen {
  ready: boolean
  refusals: number
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
    checkToken: (presented) => presented === token,
    status: () => seen.status(),
    refused: () => void seen.refusals++,
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
export function raw(server: AdminServer, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(server.address.port, '127.0.0.1', () => socket.write(bytes))
    let text = ''
    socket.on('data', (chunk) => (text += chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(text))
  })
}

export const withToken: Headers = { authorization: `Bearer ${token}` }
