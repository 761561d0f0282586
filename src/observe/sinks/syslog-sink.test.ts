import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer as createTlsServer } from 'node:tls'
import { issueAuthority, issueLeaf } from '../../process/authority/certificate-issuer.ts'
import { openSinks, type Sinks } from './sinks.ts'

/** A receiver that reads octet-counted frames, and can be stopped, stalled and started again on its port. */
class Receiver {
  readonly messages: string[] = []
  readonly sockets = new Set<Socket>()
  readonly #server: Server
  #stalled = false

  constructor(tls?: { readonly key: string; readonly cert: string }) {
    this.#server = tls === undefined ? createServer() : createTlsServer(tls)
    this.#server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) =>
      this.#accept(socket),
    )
    this.#server.on('tlsClientError', () => undefined)
  }

  async listen(port = 0): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
    return (this.#server.address() as AddressInfo).port
  }

  stall(): void {
    this.#stalled = true
    for (const socket of this.sockets) socket.pause()
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #accept(socket: Socket): void {
    this.sockets.add(socket)
    socket.on('close', () => this.sockets.delete(socket))
    socket.on('error', () => undefined)
    if (this.#stalled) return
    let held = Buffer.alloc(0)
    socket.on('data', (data) => {
      held = Buffer.concat([held, data])
      for (;;) {
        const space = held.indexOf(0x20)
        if (space === -1) return
        const end = space + 1 + Number(held.subarray(0, space).toString('latin1'))
        if (held.length < end) return
        this.messages.push(held.subarray(space + 1, end).toString('utf8'))
        held = held.subarray(end)
      }
    })
  }
}

function receiver(context: TestContext, tls?: { readonly key: string; readonly cert: string }): Receiver {
  const made = new Receiver(tls)
  context.after(() => made.stop())
  return made
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (const deadline = performance.now() + 5000; performance.now() < deadline; await sleep(5))
    if (condition()) return
  assert.fail(`waited in vain until ${what}`)
}

interface Setting {
  readonly port: number
  readonly secure?: boolean
  readonly host?: string
  readonly authorities?: readonly string[]
  readonly queueBytes?: number
  readonly stallMs?: number
}

function open(context: TestContext, setting: Setting, reports: string[] = []): Sinks {
  const { port, secure = false, host = '127.0.0.1', authorities = [], ...timing } = setting
  const sinks = openSinks([{ type: 'syslog', secure, host, port, authorities }], {
    retryMs: 20,
    report: (text) => reports.push(text),
    ...timing,
  })
  context.after(() => sinks.close())
  return sinks
}

const record = (n: number): string =>
  `{"time":"2026-11-24T10:11:12.345Z","id":"${n}","path":"/ä","verdict":"deny"}\n`

test('records arrive over TCP as framed messages', async (context) => {
  const siem = receiver(context)
  const sinks = open(context, { port: await siem.listen() })
  sinks.write(record(1) + record(2))
  sinks.write(record(3))
  await until(() => siem.messages.length === 3, 'all arrived')
  assert.match(siem.messages[0]!, /^<132>1 2026-11-24T10:11:12\.345Z \S+ sallyport \d+ decision - \{"time"/)
  const bodies = siem.messages.map(
    (text) => JSON.parse(text.slice(text.indexOf('{'))) as { id: string; path: string },
  )
  assert.deepEqual(
    bodies.map((body) => body.id),
    ['1', '2', '3'],
  )
  assert.equal(bodies[0]!.path, '/ä')
  assert.equal(sinks.stats()[0]!.written, 3)
})

test('a receiver that is not there, comes, is killed and comes back: nothing queued is lost', async (context) => {
  const first = receiver(context)
  const port = await first.listen()
  await first.stop()
  const reports: string[] = []
  const sinks = open(context, { port }, reports)
  sinks.write(record(1))
  await until(() => sinks.stats()[0]!.trouble !== null, 'the trouble is known')
  assert.match(reports[0]!, /^Log syslog\+tcp:\/\/127\.0\.0\.1:\d+: cannot be reached \(ECONNREFUSED\)\./)

  const second = receiver(context)
  await second.listen(port)
  await until(() => second.messages.length === 1, 'the queued record arrived')
  assert.equal(sinks.stats()[0]!.trouble, null)
  await second.stop()
  await until(() => sinks.stats()[0]!.trouble !== null, 'the loss is noticed without a write')

  sinks.write(record(2))
  const third = receiver(context)
  await third.listen(port)
  await until(() => third.messages.length === 1, 'the next one arrived')
  assert.equal(reports.length, 2)
})

test('a stalled receiver blocks nothing, is bounded and counted, then left for a new connection', async (context) => {
  const siem = receiver(context)
  siem.stall()
  const port = await siem.listen()
  const sinks = open(context, { port, queueBytes: 500_000, stallMs: 1500 })
  await until(() => siem.sockets.size === 1, 'connected')
  const batch = record(1).repeat(1000)
  let longest = 0
  for (let turn = 0; turn < 200; turn++) {
    const start = performance.now()
    sinks.write(batch)
    await sleep(0)
    longest = Math.max(longest, performance.now() - start)
  }
  assert.ok(longest < 1000, `stood still for ${longest} ms`)
  const { queuedBytes, dropped, trouble } = sinks.stats()[0]!
  assert.ok(queuedBytes <= 500_000 && dropped > 100_000, `${queuedBytes} ${dropped}`)
  assert.equal(trouble, 'its receiver is too slow')
  await until(() => siem.sockets.size === 2, 'a new connection replaced the stalled one')
  const start = performance.now()
  await sinks.close()
  assert.ok(performance.now() - start < 3000)
})

test('over TLS: verified by authority and name, otherwise not a byte of a record is sent', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-syslog-'))
  context.after(() => rm(folder, { recursive: true }))
  const mine = issueAuthority(['127.0.0.1'])
  const other = issueAuthority(['elsewhere.example'])
  const [authority, otherAuthority] = [join(folder, 'ca.pem'), join(folder, 'other.pem')]
  await writeFile(authority, mine.cert)
  await writeFile(otherAuthority, other.cert)
  const siem = receiver(context, issueLeaf(mine, ['127.0.0.1']))
  const wrongName = receiver(context, issueLeaf(other, ['elsewhere.example']))
  const port = await siem.listen()
  const wrongNamePort = await wrongName.listen()

  const good = open(context, { port, secure: true, authorities: [authority] })
  good.write(record(1))
  await until(() => siem.messages.length === 1, 'the record arrived')
  assert.match(good.stats()[0]!.sink, /^syslog\+tls:/)

  const refusals: [Setting, RegExp][] = [
    [
      { port, secure: true },
      /cannot be reached \((UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED|UNABLE_TO_GET)/,
    ],
    [{ port, secure: true, authorities: [otherAuthority] }, /cannot be reached \(/],
    [{ port: wrongNamePort, secure: true, authorities: [otherAuthority] }, /ERR_TLS_CERT_ALTNAME_INVALID/],
    [{ port, secure: true, authorities: [join(folder, 'missing.pem')] }, /ENOENT/],
  ]
  for (const [setting, problem] of refusals) {
    const reports: string[] = []
    const sinks = open(context, setting, reports)
    sinks.write(record(2))
    await until(() => reports.length > 0, String(problem))
    assert.match(reports[0]!, problem)
    await sleep(50)
    assert.equal(sinks.stats()[0]!.written, 0)
    void sinks.close()
  }
  assert.equal(siem.messages.length, 1)
  assert.equal(wrongName.messages.length, 0)
  await good.close()
})
