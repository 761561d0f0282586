import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { RawClient } from '../support/raw-client.ts'
import { guarded } from './orders.ts'

interface Order {
  readonly id: string
  readonly customer: string
  readonly total?: string
}

/** A service that keeps orders, answers whoever asks, and knows nothing of callers. */
function serviceOf(
  orders: Map<string, Order>,
  dress: (json: string, response: ServerResponse) => Buffer | string,
) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const reply = (status: number, value: unknown): void => {
      response.statusCode = status
      response.setHeader('content-type', 'application/json; charset=utf-8')
      response.end(dress(JSON.stringify(value), response))
    }
    const [, , id, part] = (request.url ?? '').split('?')[0]!.split('/')
    if (id === undefined || id === '') {
      if (request.method === 'POST') return reply(201, {})
      return reply(200, { orders: [...orders.values()], count: orders.size })
    }
    const order = orders.get(id)
    if (order === undefined) return reply(404, { error: 'no such order' })
    if (part === 'events') {
      response.setHeader('content-type', 'text/event-stream')
      response.end(`data: ${JSON.stringify(order)}\n\n`)
      return
    }
    if (request.method === 'DELETE') {
      orders.delete(id)
      response.statusCode = 204
      response.end()
      return
    }
    reply(200, order)
  }
}

const seeded = (): Map<string, Order> =>
  new Map(
    [
      { id: '1', customer: 'ada' },
      { id: '2', customer: 'bob' },
      { id: '3', customer: 'ada' },
      { id: '4', customer: 'Ada' },
    ].map((order) => [order.id, order]),
  )

const routes = {
  'GET /orders': {},
  'POST /orders': {},
  'GET /orders/{id}': {},
  'HEAD /orders/{id}': {},
  'PATCH /orders/{id}': {},
  'DELETE /orders/{id}': {},
  'GET /orders/{id}/events': {},
  'GET /customers/{name}/orders': {},
}

const byRead = { read: { by: 'GET /orders/{id}', at: 'customer' } }
const rules = {
  claim: 'owner',
  except: { roles: ['manager'] },
  operations: {
    'GET /orders': { list: { at: 'orders', owner: 'customer', others: 'remove' } },
    'POST /orders': { body: 'customer' },
    'GET /orders/{id}': { answer: 'customer' },
    'HEAD /orders/{id}': byRead,
    'PATCH /orders/{id}': [byRead, { body: 'customer', optional: true }],
    'DELETE /orders/{id}': byRead,
    'GET /orders/{id}/events': byRead,
    'GET /customers/{name}/orders': { path: 'name' },
  },
}

const plain = (json: string): string => json
const json = ['Content-Type: application/json']

test('everybody sees and changes their own, and the exempt role all', async (context) => {
  const orders = seeded()
  const api = await guarded(context, routes, rules, serviceOf(orders, plain))
  assert.equal((await api.ask('ada', 'GET /orders/1')).body, '{"id":"1","customer":"ada"}')
  assert.equal((await api.ask('boss', 'GET /orders/2')).status, 200)
  const list = await api.ask('ada', 'GET /orders')
  assert.equal(list.body, '{"orders":[{"id":"1","customer":"ada"},{"id":"3","customer":"ada"}],"count":4}')
  assert.equal(JSON.parse((await api.ask('boss', 'GET /orders')).body).orders.length, 4)
  assert.equal((await api.ask('ada', 'PATCH /orders/1', json, '{"note":"x"}')).status, 200)
  assert.deepEqual(
    api.arrived.slice(-2).map(([request, body]) => [request, body]),
    [
      ['GET /orders/1', ''],
      ['PATCH /orders/1', '{"note":"x"}'],
    ],
  )
  assert.match((await api.ask('ada', 'GET /orders/3/events')).body, /^data: /m)
  assert.equal((await api.ask('ada', 'GET /customers/ada/orders')).status, 404)
  assert.equal((await api.ask('ada', 'POST /orders', json, '{"customer":"ada"}')).status, 201)
  assert.equal((await api.ask('boss', 'POST /orders', json, '{"customer":"bob"}')).status, 201)
  assert.equal((await api.ask('ada', 'DELETE /orders/3')).status, 204)
  assert.ok(!orders.has('3'))
})

test("another's and none are answered alike, and nothing of them reaches a write", async (context) => {
  const orders = seeded()
  const api = await guarded(context, routes, rules, serviceOf(orders, plain))
  const bare = (text: string): string => text.replace(/[0-9a-f]{24}/g, 'id').replace(/date: [^\r]*/i, 'date')
  for (const method of ['GET', 'PATCH', 'DELETE', 'HEAD']) {
    const [lines, body] = method === 'PATCH' ? [json, '{"note":"x"}'] : [[], '']
    const another = await api.ask('ada', `${method} /orders/2`, lines, body)
    const none = await api.ask('ada', `${method} /orders/9`, lines, body)
    assert.equal(another.status, 404, method)
    assert.equal(bare(another.text), bare(none.text), method)
    assert.doesNotMatch(another.text, /bob/)
  }
  const events = [await api.ask('ada', 'GET /orders/2/events'), await api.ask('ada', 'GET /orders/9/events')]
  assert.equal(bare(events[0]!.text), bare(events[1]!.text))
  assert.equal((await api.ask('ada', 'GET /orders/4')).status, 404, 'letter case of an owner')
  assert.equal((await api.ask('ada', 'GET /customers/bob/orders')).code, 'OBJECT_NOT_FOUND')
  const writes = api.arrived.filter(([request]) => !request.startsWith('GET '))
  assert.deepEqual(writes, [])
  assert.ok(orders.has('2'))
})

test('nothing that a client asks of the answer takes the owner out of it', async (context) => {
  const api = await guarded(context, routes, rules, serviceOf(seeded(), plain))
  for (const line of [
    'If-None-Match: *',
    'Range: bytes=0-1',
    'If-Modified-Since: Sat, 01 Jan 2050 00:00:00 GMT',
  ]) {
    assert.equal((await api.ask('ada', 'GET /orders/2', [line])).code, 'OBJECT_NOT_FOUND', line)
    const [, , headers] = api.arrived.at(-1)!
    assert.equal(headers[line.split(':')[0]!.toLowerCase()], undefined)
  }
  assert.equal((await api.ask('ada', 'GET /orders/2', ['Accept-Encoding: gzip'])).status, 404)
})

test('T45, T46: a body that names another owner, in whatever way, changes nothing', async (context) => {
  const api = await guarded(context, routes, rules, serviceOf(seeded(), plain))
  const refused: readonly (readonly [status: number, body: string | Buffer, ...lines: string[]])[] = [
    [403, '{"customer":"bob"}'],
    [403, '{"customer":"Ada"}'],
    [403, '{"customer":["ada"]}'],
    [403, '{"customer":{"ada":1}}'],
    [403, '{"customer":null}'],
    [403, '{"customer":"ada","Customer":"bob"}'],
    [403, '{"CUSTOMER":"ada"}'],
    [403, '[{"customer":"ada"}]'],
    [403, '"ada"'],
    [403, '{}'],
    [400, '{"customer":"ada","customer":"bob"}'],
    [400, '{"customer":"bob","cust\\u006fmer":"ada"}'],
    [400, '{"customer":"ada"} x'],
    [400, '\ufeff{"customer":"ada"}'],
    [400, '{"customer":"ada\\u0000bob"}'],
    [400, ''.padEnd(5000, '[')],
    [413, JSON.stringify({ customer: 'ada', note: 'x'.repeat(20_000) })],
  ]
  for (const [status, body] of refused)
    assert.equal((await api.ask('ada', 'POST /orders', json, body)).status, status, String(body).slice(0, 60))
  assert.equal((await api.ask('ada', 'POST /orders')).status, 403, 'no body')
  for (const type of [
    'text/plain',
    'application/xml',
    'application/json; charset=utf-16',
    'application/x-www-form-urlencoded',
  ])
    assert.equal(
      (await api.ask('ada', 'POST /orders', [`Content-Type: ${type}`], '{"customer":"ada"}')).code,
      'BODY_UNREADABLE',
      type,
    )
  assert.equal((await api.ask('ada', 'POST /orders', [], '{"customer":"ada"}')).code, 'BODY_UNREADABLE')
  assert.equal((await api.ask('ada', 'PATCH /orders/1', json, '{"customer":"bob"}')).status, 403)
  assert.equal((await api.ask('ada', 'PATCH /orders/1', json, '{"Customer":"bob"}')).status, 403)
  assert.deepEqual(
    api.arrived.filter(([request]) => !request.startsWith('GET ')),
    [],
  )
})

test('a body goes up as it came: chunked, compressed, with its own numbers', async (context) => {
  const api = await guarded(context, routes, rules, serviceOf(seeded(), plain))
  const text = '{ "customer" : "ada", "price" : 1.50, "e" : 1e2 }'
  const chunks = `a\r\n${text.slice(0, 10)}\r\n${(text.length - 10).toString(16)}\r\n${text.slice(10)}\r\n0\r\n\r\n`
  const chunked = await api.ask('ada', 'POST /orders', [...json, 'Transfer-Encoding: chunked'], chunks)
  assert.equal(chunked.status, 201)
  assert.equal(api.arrived.at(-1)![1], text)
  const packed = gzipSync(text)
  const gzip = [...json, 'Content-Encoding: gzip']
  await api.ask('ada', 'POST /orders', gzip, packed)
  assert.equal(api.arrived.at(-1)![1], packed.toString('latin1'))
  const before = api.arrived.length
  assert.equal((await api.ask('ada', 'POST /orders', gzip, gzipSync('{"customer":"bob"}'))).status, 403)
  assert.equal((await api.ask('ada', 'POST /orders', gzip, gzipSync(' '.repeat(5_000_000)))).status, 413)
  const two = Buffer.concat([gzipSync('{"customer":"ada"}'), gzipSync(' ')])
  assert.equal((await api.ask('ada', 'POST /orders', gzip, two)).status, 400)
  assert.equal((await api.ask('ada', 'POST /orders', [...json, 'Content-Encoding: x'], '{}')).status, 415)
  assert.equal(api.arrived.length, before)
})

test('an answer that cannot be judged is refused, whatever it looks like', async (context) => {
  let sent: readonly [type: string, body: string | Buffer, coding?: string] = ['application/json', '{}']
  const api = await guarded(context, routes, rules, (_request, response) => {
    const [type, body, coding] = sent
    response.setHeader('content-type', type)
    if (coding !== undefined) response.setHeader('content-encoding', coding)
    response.end(body)
  })
  const judged = async (type: string, body: string | Buffer, coding?: string): Promise<string | number> => {
    sent = coding === undefined ? [type, body] : [type, body, coding]
    const { code, status } = await api.ask('ada', 'GET /orders/1')
    return code ?? status
  }
  const own = '{"customer":"ada"}'
  assert.equal(await judged('application/json', own), 200)
  assert.equal(await judged('application/json', gzipSync(own), 'gzip'), 200)
  assert.equal(await judged('application/json', '{"customer":"ada","customer":"bob"}'), 'ANSWER_UNREADABLE')
  assert.equal(await judged('application/json', '{"customer":"ada"'), 'ANSWER_UNREADABLE')
  assert.equal(await judged('text/html', own), 'ANSWER_UNREADABLE')
  assert.equal(await judged('application/json', own, 'x'), 'ANSWER_UNREADABLE')
  assert.equal(await judged('application/json', Buffer.alloc(5_000_000, 32)), 'ANSWER_UNREADABLE')
  assert.equal(
    await judged('application/json', gzipSync(Buffer.alloc(50_000_000, 32)), 'gzip'),
    'ANSWER_UNREADABLE',
  )
  assert.equal(await judged('application/json', ''), 'ANSWER_UNREADABLE')
  assert.equal(await judged('application/json', '{"customer":"bob"}'), 'OBJECT_NOT_FOUND')
  assert.equal(await judged('application/json', '{"Customer":"ada"}'), 'OBJECT_NOT_FOUND')
})

test('an answer with something taken out says nothing of the bytes that were', async (context) => {
  const orders = seeded()
  const api = await guarded(
    context,
    routes,
    rules,
    serviceOf(orders, (text, response) => {
      response.setHeader('etag', '"all"')
      response.setHeader('content-encoding', 'gzip')
      return gzipSync(text)
    }),
  )
  const { text, body } = await api.ask('ada', 'GET /orders')
  assert.doesNotMatch(text, /etag|content-encoding|bob/i)
  assert.equal(JSON.parse(body).orders.length, 2)
  const whole = await api.ask('boss', 'GET /orders')
  assert.match(whole.text, /etag: "all"/i)
})

test('a service that fails at the read fails the write', async (context) => {
  let status = 500
  const api = await guarded(context, routes, rules, (request, response) => {
    if (status === 0) {
      request.socket.destroy()
      return
    }
    response.statusCode = status
    response.setHeader('content-type', 'application/json')
    response.end('{"customer":"ada"}')
  })
  for (status of [500, 302, 0])
    assert.equal((await api.ask('ada', 'DELETE /orders/1')).code, 'OBJECT_UNREADABLE', String(status))
  for (status of [403, 404, 410])
    assert.equal((await api.ask('ada', 'DELETE /orders/1')).code, 'OBJECT_NOT_FOUND', String(status))
  assert.deepEqual(
    api.arrived.filter(([request]) => request.startsWith('DELETE')),
    [],
  )
})

test('what a service refuses by itself looks like what is not there', async (context) => {
  const api = await guarded(context, routes, rules, (request, response) => {
    response.statusCode = request.url === '/orders/1' ? 403 : 404
    response.setHeader('content-type', 'application/json')
    response.end('{"error":"not yours"}')
  })
  const bare = (text: string): string => text.replace(/[0-9a-f]{24}/g, 'id').replace(/date: [^\r]*/i, 'date')
  const [refused, none] = [await api.ask('ada', 'GET /orders/1'), await api.ask('ada', 'GET /orders/9')]
  assert.equal(refused.code, 'OBJECT_NOT_FOUND')
  assert.equal(bare(refused.text), bare(none.text))
  assert.equal(
    (await api.ask('boss', 'GET /orders/1')).status,
    403,
    'the exempt role gets what the service says',
  )
})

test('hidden fields are hidden in errors, and an empty answer to a write passes', async (context) => {
  let sent: readonly [status: number, body: string] = [200, '']
  const hiding = {
    operations: { 'PATCH /orders/{id}': { hide: ['card'] } },
  }
  const api = await guarded(context, { 'PATCH /orders/{id}': {} }, hiding, (_request, response) => {
    response.statusCode = sent[0]
    if (sent[1] !== '') response.setHeader('content-type', 'application/json')
    response.end(sent[1])
  })
  const patched = async (status: number, body: string): Promise<string> => {
    sent = [status, body]
    const { text } = await api.ask('ada', 'PATCH /orders/1', json, '{"note":"x"}')
    return `${text.slice(9, 12)} ${text.slice(text.indexOf('\r\n\r\n') + 4)}`
  }
  assert.equal(await patched(200, '{"id":"1","card":"4111"}'), '200 {"id":"1"}')
  assert.equal(await patched(409, '{"card":"4111","id":"1"}'), '409 {"id":"1"}')
  assert.equal(await patched(500, '{"error":"failed"}'), '500 {"error":"failed"}')
  assert.equal(await patched(204, ''), '204 ')
})

test('an operation without a rule, a rule without an operation and a read that is none do not load', async (context) => {
  const nothing = (): void => undefined
  const broken: readonly (readonly [object, RegExp])[] = [
    [
      { ...rules, operations: { ...rules.operations, 'POST /orders': undefined } },
      /POST \/orders has no rule/,
    ],
    [{ ...rules, operations: { ...rules.operations, typo: { free: 'x' } } }, /there is no operation typo/],
    [
      {
        ...rules,
        operations: { ...rules.operations, 'DELETE /orders/{id}': { read: { by: 'POST /orders', at: 'a' } } },
      },
      /is no GET/,
    ],
    [
      { ...rules, operations: { ...rules.operations, 'GET /orders/{id}': { path: 'name' } } },
      /has no parameter name/,
    ],
    [{ ...rules, operations: { ...rules.operations, 'GET /orders': { body: 'a' } } }, /has no body/],
    [
      { ...rules, operations: { ...rules.operations, 'DELETE /orders/{id}': { answer: 'customer' } } },
      /done before its answer is judged/,
    ],
  ]
  for (const [objects, message] of broken)
    await assert.rejects(guarded(context, routes, objects, nothing), message)
})

test('the read goes as the write will: without its credentials, with its query, and no longer than its client stays', async (context) => {
  const answers: (() => void)[] = []
  const api = await guarded(context, routes, rules, (request, response) => {
    const answer = (): void => {
      response.setHeader('content-type', 'application/json')
      response.end('{"customer":"ada"}')
    }
    if (request.url?.startsWith('/orders/7') === true) answers.push(answer)
    else answer()
  })
  await api.ask('ada', 'DELETE /orders/1?tenant=t1', ['X-Other: kept'])
  const [read, write] = api.arrived
  assert.equal(read?.[0], 'GET /orders/1?tenant=t1')
  assert.equal(write?.[0], 'DELETE /orders/1?tenant=t1')
  assert.equal(read?.[2]['x-api-key'], undefined)
  assert.equal(read?.[2]['x-other'], 'kept')
  const before = api.arrived.length
  for (const query of [
    '_method=DELETE',
    'a=1&X-HTTP-Method-Override=PUT',
    '_HttpMethod=x',
    'method',
    '%5Fmethod=DELETE',
  ])
    assert.equal((await api.ask('ada', `DELETE /orders/1?${query}`)).code, 'OBJECT_UNREADABLE', query)
  assert.equal(api.arrived.length, before)
  assert.equal((await api.ask('ada', 'DELETE /orders/1?payment_method=card')).status, 200)
})

test('an error in which nothing can be hidden does not show what is hidden', async (context) => {
  const hiding = {
    ...rules,
    operations: { ...rules.operations, 'GET /orders/{id}': [{ answer: 'customer' }, { hide: ['card'] }] },
  }
  let type = 'application/json'
  const api = await guarded(context, routes, hiding, (_request, response) => {
    response.statusCode = 409
    response.setHeader('content-type', type)
    response.end(type === 'empty' ? '' : '{"card":"4111","card":"4111"}')
  })
  for (type of ['application/json', 'text/plain', 'application/json; charset=iso-8859-1'])
    assert.equal((await api.ask('ada', 'GET /orders/1')).code, 'ANSWER_UNREADABLE', type)
  type = 'empty'
  assert.equal((await api.ask('ada', 'GET /orders/1')).status, 409)
})

test('a client that leaves ends the read that was made for it', async (context) => {
  let closed = 0
  let asked: () => void = () => undefined
  const waiting = new Promise<void>((resolve) => {
    asked = resolve
  })
  const api = await guarded(context, routes, rules, (request) => {
    // Never answered: only a client that leaves ends it.
    request.socket.on('close', () => closed++)
    asked()
  })
  const client = await RawClient.open(api.gateway.clear)
  client.send(
    `PATCH /orders/1 HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\nX-API-Key: ${api.keyOf('ada')}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`,
  )
  await waiting
  // A half-close is no leaving: what was asked for whole is still answered.
  client.socket.resetAndDestroy()
  for (let tries = 0; closed === 0 && tries < 100; tries++)
    await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(closed, 1)
  assert.deepEqual(
    api.arrived.map(([request]) => request),
    ['GET /orders/1'],
  )
})

test('the read carries what an authorizer says of the caller, as the write does', async (context) => {
  const authorizer = createServer((_request, response) => response.setHeader('x-tenant', 'T1').end())
  authorizer.listen(0, '127.0.0.1')
  await once(authorizer, 'listening')
  context.after(() => {
    authorizer.closeAllConnections()
    authorizer.close()
  })
  const address = `http://127.0.0.1:${(authorizer.address() as AddressInfo).port}/`
  const settings = { type: 'forward-auth', address, upstreamHeaders: ['X-Tenant'] }
  const api = await guarded(context, routes, rules, serviceOf(seeded(), plain), {
    require: { authorizer: settings },
  })
  assert.equal((await api.ask('ada', 'DELETE /orders/1', ['X-Tenant: T2'])).status, 204)
  assert.deepEqual(
    api.arrived.map(([request, , headers]) => [request, headers['x-tenant']]),
    [
      ['GET /orders/1', 'T1'],
      ['DELETE /orders/1', 'T1'],
    ],
  )
})
