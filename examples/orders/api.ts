/**
 * The example service behind the gateway: a small order API on loopback, written with nothing but Node. It keeps its
 * orders in memory, and trusts whoever reaches it unless it is told where the gateway publishes its keys.
 *
 *     node examples/orders/api.ts [PORT]        (default 9300, or ORDERS_PORT)
 *
 * With ORDERS_CALLER_KEYS, the address of the gateway's key set, it answers only requests whose caller the gateway has
 * signed; all but the status, which is for everybody.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Caller, callerReader } from './caller.ts'
import { Orders, readChange, readOrder } from './orders.ts'

/** Where the API listens unless told otherwise. */
export const defaultPort = 9300

const jsonLimit = 1_000_000

/** Reads the caller from the token that the gateway made, as `callerReader` does. */
type ReadCaller = (token: string | undefined) => Promise<Caller | null>

/** Makes the API's server; it does not listen yet. With `readCaller` it answers only callers that the gateway signed. */
export function createApi(readCaller: ReadCaller | null = null): Server {
  const orders = new Orders()
  const server = createServer((request, response) => {
    admit(readCaller, orders, request, response).catch((error: unknown) => {
      // A client that went away in the middle of a body is no failure of this service.
      if (!response.headersSent)
        json(response, 500, { error: error instanceof Error ? error.message : 'failed' })
      else response.destroy()
    })
  })
  // Longer than the gateway keeps idle connections, so that it is never this side that closes first.
  server.keepAliveTimeout = 120_000
  return server
}

async function admit(
  readCaller: ReadCaller | null,
  orders: Orders,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (readCaller !== null && request.url?.split('?', 1)[0] !== '/orders/status') {
    const token = request.headers['x-caller-token']
    if ((await readCaller(typeof token === 'string' ? token : undefined)) === null)
      return json(response, 401, { error: 'the gateway has not signed the caller' })
  }
  return answer(orders, request, response)
}

async function answer(orders: Orders, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://orders')
  switch (url.pathname) {
    case '/orders':
      return collection(orders, request, response)
    case '/orders/status':
      return only('GET', request, response, () => json(response, 200, { status: 'up' }))
    case '/orders/search':
      return only('GET', request, response, () => search(orders, url.searchParams.get('q'), response))
    case '/orders/slow':
      return only('GET', request, response, async () => {
        await sleep(1000)
        json(response, 200, { orders: orders.list() })
      })
  }
  const match = /^\/orders\/(\d+)(\/events|\/attachment)?$/.exec(url.pathname)
  const id = match?.[1]
  if (id === undefined) return json(response, 404, { error: 'no such resource' })
  if (match?.[2] === '/events') return only('GET', request, response, () => events(orders, id, response))
  if (match?.[2] === '/attachment')
    return only('PUT', request, response, () => attachment(orders, id, request, response))
  return member(orders, id, request, response)
}

async function collection(orders: Orders, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET') return json(response, 200, { orders: orders.list() })
  if (request.method !== 'POST') return notAllowed(response, 'GET, POST')
  const body = await readJson(request, response)
  if (body === undefined) return
  const input = readOrder(body.value)
  if (typeof input === 'string') return json(response, 400, { error: input })
  const order = orders.create(input)
  json(response, 201, order, { Location: `/orders/${order.id}` })
}

async function member(
  orders: Orders,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!['GET', 'PATCH', 'DELETE'].includes(request.method ?? ''))
    return notAllowed(response, 'GET, PATCH, DELETE')
  const order = orders.get(id)
  if (order === undefined) return json(response, 404, { error: 'no such order' })
  if (request.method === 'GET') return json(response, 200, order)
  if (request.method === 'DELETE') {
    orders.delete(id)
    response.writeHead(204).end()
    return
  }
  const body = await readJson(request, response)
  if (body === undefined) return
  const change = readChange(body.value)
  if (typeof change === 'string') return json(response, 400, { error: change })
  json(response, 200, orders.update(order, change))
}

function search(orders: Orders, text: string | null, response: ServerResponse): void {
  if (text === null) json(response, 400, { error: '`q` is missing' })
  else json(response, 200, { orders: orders.search(text) })
}

/** Server-sent events: the state of the order at once, then every second until it is deleted or the client leaves. */
function events(orders: Orders, id: string, response: ServerResponse): void {
  if (orders.get(id) === undefined) {
    json(response, 404, { error: 'no such order' })
    return
  }
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  let sequence = 0
  const send = (): void => {
    const order = orders.get(id)
    if (order === undefined) response.end('event: deleted\ndata: {}\n\n')
    else response.write(`id: ${++sequence}\nevent: order\ndata: ${JSON.stringify(order)}\n\n`)
  }
  send()
  const timer = setInterval(send, 1000)
  response.on('close', () => clearInterval(timer))
}

/** Hashes a file of any size as it streams in; nothing of it is kept. */
async function attachment(
  orders: Orders,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (orders.get(id) === undefined) return json(response, 404, { error: 'no such order' })
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    hash.update(chunk)
  }
  json(response, 200, { size, sha256: hash.digest('hex') })
}

/** The parsed body, or `undefined` after having answered why not. */
async function readJson(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<{ value: unknown } | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > jsonLimit) {
      json(response, 413, { error: `more than ${jsonLimit} bytes` }, { Connection: 'close' })
      return undefined
    }
    chunks.push(chunk)
  }
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown }
  } catch {
    json(response, 400, { error: 'the body is not JSON' })
    return undefined
  }
}

async function only(
  method: string,
  request: IncomingMessage,
  response: ServerResponse,
  then: () => void | Promise<void>,
): Promise<void> {
  if (request.method === method) await then()
  else notAllowed(response, method)
}

function notAllowed(response: ServerResponse, allow: string): void {
  json(response, 405, { error: 'method not allowed' }, { Allow: allow })
}

function json(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  const body = Buffer.from(JSON.stringify(value))
  response.writeHead(status, {
    ...headers,
    'Content-Type': 'application/json',
    'Content-Length': body.length,
  })
  response.end(body)
}

function main(): void {
  const port = Number(process.argv[2] ?? process.env['ORDERS_PORT'] ?? defaultPort)
  const keySet = process.env['ORDERS_CALLER_KEYS'] ?? ''
  const server = createApi(keySet === '' ? null : callerReader(keySet, 'sallyport', 'orders'))
  server.on('error', (error: NodeJS.ErrnoException) => {
    const why = error.code === 'EADDRINUSE' ? 'is taken: end what listens there' : `: ${error.message}`
    const sentence = `The orders API cannot listen: port ${port} ${why}.`
    if (process.send) process.send(sentence, () => process.exit(2))
    else {
      console.error(sentence)
      process.exit(2)
    }
  })
  server.listen(port, '127.0.0.1', () => {
    if (process.send) process.send('listening')
    else console.log(`Orders API on http://127.0.0.1:${port}/orders`)
  })
  if (process.send) {
    // Started by the demo: it ends with its parent, and not by the Ctrl-C that the terminal sends to both of them,
    // since requests are still in flight while the gateway drains.
    process.on('SIGINT', () => {})
    process.on('SIGTERM', () => {})
    process.on('disconnect', () => process.exit(0))
  }
}

if (import.meta.main) main()
