import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type Code, codes } from '../codes.ts'
import type { Address } from '../config/spec.ts'
import { problem } from '../gateway/respond.ts'
import type { Log } from '../observe/log.ts'
import { shareConnections } from './connection-share.ts'
import { adminGuard, type Guard, opsGuard } from './guard.ts'
import type { AdminHost, OpsHost } from './host.ts'
import { parseJson, readBody } from './json-body.ts'
import { problemWith, send } from './reply.ts'
import type { Route } from './route.ts'
import { opsRoutes, routes } from './routes.ts'
import { type AdminTls, SecureDoor } from './secure-door.ts'

export interface AdminServer {
  /** Where it listens, with the port that port 0 came to. */
  readonly address: AddressInfo
  /** Null in clear text. */
  readonly door: SecureDoor | null
  /** Ends: idle connections at once, answers under way within a second. */
  close(): Promise<void>
}

export interface AdminOptions {
  readonly address: Address
  /** Networks that read `/metrics` without a token, by the address of their socket. */
  readonly openMetricsTo: readonly string[]
  /** Null for clear text. */
  readonly tls: AdminTls | null
  readonly host: AdminHost
}

export interface OpsOptions {
  readonly address: Address
  readonly serve: readonly ('health' | 'metrics')[]
  readonly host: OpsHost
}

const mostConnections = 64
const mostConnectionsOfOne = 32
const closeDeadlineMs = 1000
const serverOptions = {
  maxHeaderSize: 16_384,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
  requireHostHeader: false, // The guard refuses its absence with a problem of ours.
}

/** Starts the admin listener. Rejects with Node's error, such as EADDRINUSE. */
export function startAdmin(options: AdminOptions): Promise<AdminServer> {
  const { host, address, openMetricsTo, tls } = options
  const door = tls === null ? null : new SecureDoor(tls, serverOptions)
  return start(address, host, routes, adminGuard(host, address.host, openMetricsTo, door), door)
}

/** Starts a listener for probes and metrics, without a token; nothing else answers there. */
export function startOps(options: OpsOptions): Promise<AdminServer> {
  const { host, address, serve } = options
  const served = opsRoutes.filter(({ needs }) => serve.includes(needs === 'metrics' ? 'metrics' : 'health'))
  return start(address, host, served, opsGuard, null)
}

async function start<Host extends { readonly log: Log }>(
  address: Address,
  host: Host,
  table: readonly Route<Host>[],
  guard: Guard,
  door: SecureDoor | null,
): Promise<AdminServer> {
  const server = door?.server ?? createServer(serverOptions)
  server.maxConnections = mostConnections
  shareConnections(server, mostConnectionsOfOne)
  server.maxRequestsPerSocket = 1000
  // Whatever an answer waits for, it does not hold a connection for longer.
  server.setTimeout(60_000)
  server.on('clientError', refuseUnreadable)
  server.on('request', (request, response) => {
    answer(request, response, host, table, guard).catch((error: unknown) => {
      host.log.error('admin-failed', 'The admin API failed.', { error: String(error) })
      if (response.headersSent) response.destroy()
      else send(response, randomUUID(), problemWith(codes.INTERNAL_ERROR), true)
    })
  })
  await listen(server, address)
  const stop = (): Promise<void> => close(server, door)
  return { address: server.address() as AddressInfo, door, close: stop }
}

async function answer<Host>(
  request: IncomingMessage,
  response: ServerResponse,
  host: Host,
  table: readonly Route<Host>[],
  guard: Guard,
): Promise<void> {
  const id = randomUUID()
  const target = request.url ?? ''
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const here = table.filter((route) => route.path === path)
  const route = here.find((each) => each.method === method)

  // The guard comes before 404 and 405: who proves nothing learns of no route.
  const admitted = await guard(request, route?.needs ?? 'known')
  if (admitted.kind === 'problem') return send(response, id, admitted, true)
  if (here.length === 0) return send(response, id, problemWith(codes.PATH_UNDECLARED), true)
  if (route === undefined) {
    const allow = here.map((each) => (each.method === 'GET' ? 'GET, HEAD' : each.method)).join(', ')
    return send(response, id, problemWith(codes.METHOD_UNDECLARED, {}, { Allow: allow }), true)
  }
  const bytes = await readBody(request)
  if (bytes === null) return send(response, id, problemWith(codes.BODY_TOO_LARGE), true)
  let body: unknown
  if (route.takesBody) {
    const read = parseJson(request, bytes)
    if (!read.ok)
      return send(response, id, problemWith(codes.ADMIN_REQUEST_INVALID, { detail: read.detail }), false)
    body = read.value
  }
  const parameters = new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1))
  const accept = request.headers.accept ?? ''
  send(response, id, await route.handle(host, { parameters, accept, body, caller: admitted.caller }), false)
}

/** What Node's parser refused: no request, so no guard and no route. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
  const code = codeOfParseError(error.code)
  const body = problem(code, randomUUID())
  socket.end(
    `HTTP/1.1 ${code.status} ${code.title}\r\nContent-Type: application/problem+json\r\nCache-Control: no-store\r\n` +
      `X-Content-Type-Options: nosniff\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  )
}

function codeOfParseError(name: string | undefined): Code {
  if (name === 'HPE_HEADER_OVERFLOW') return codes.HEADERS_TOO_LARGE
  return name === 'ERR_HTTP_REQUEST_TIMEOUT' ? codes.REQUEST_TIMEOUT : codes.ADMIN_REQUEST_INVALID
}

async function listen(server: Server, { host, port }: Address): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, ...(host === '' ? {} : { host }) }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

async function close(server: Server, door: SecureDoor | null): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  door?.endHandshakes()
  const timer = setTimeout(() => server.closeAllConnections(), closeDeadlineMs)
  await closed
  clearTimeout(timer)
}
