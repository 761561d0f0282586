import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { HeadParser } from './head-parser.ts'
import { hostOf, isAuthority, parseLength, RequestHead, readRequestHead } from './request-head.ts'
import { type ResponseHead, readResponseHead } from './response-head.ts'

const limits = { requestLineBytes: 1024, headerCount: 50, headerBytes: 8192 }

function parsed(text: string, mode: 'request' | 'response'): HeadParser {
  const parser = new HeadParser(mode, limits)
  assert.equal(parser.take(Buffer.from(text, 'latin1'), 0), text.length)
  return parser
}

/** The head of a request with these field lines, or the fault. */
function request(fields: string, line = 'POST /a HTTP/1.1', host = 'Host: h\r\n'): RequestHead | string {
  return readRequestHead(parsed(`${line}\r\n${host}${fields}\r\n`, 'request'))
}

function response(fields: string, method = 'GET', line = 'HTTP/1.1 200 OK'): ResponseHead | null {
  return readResponseHead(parsed(`${line}\r\n${fields}\r\n`, 'response'), method)
}

const summary = (head: RequestHead | string): unknown =>
  typeof head === 'string' ? head : [head.framing, head.length, head.keepAlive, head.fields.names.join(' ')]

describe('requests', () => {
  for (const [fields, want] of [
    ['', [0, 0, true, 'host']],
    ['Content-Length: 0\r\n', [0, 0, true, 'host']],
    ['Content-Length: 5\r\n', [1, 5, true, 'host']],
    ['Transfer-Encoding: Chunked\r\n', [2, 0, true, 'host']],
    ['Connection: close\r\n', [0, 0, false, 'host']],
    ['Connection: Keep-Alive, X-Y\r\nX-Y: z\r\n', [0, 0, true, 'host']],
    [
      'TE: trailers\r\nTrailer: x\r\nUpgrade: h2c\r\nKeep-Alive: x\r\nProxy-Connection: x\r\nX: y\r\n',
      [0, 0, true, 'host x'],
    ],
    ['Content-Length: 5\r\nContent-Length: 5\r\n', 'FRAMING_AMBIGUOUS'],
    ['Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', 'FRAMING_AMBIGUOUS'],
    ['Content-Length: -5\r\n', 'FRAMING_AMBIGUOUS'],
    ['Transfer-Encoding: gzip, chunked\r\n', 'FRAMING_AMBIGUOUS'],
    ['Connection: Content-Length\r\nContent-Length: 5\r\n', 'FRAMING_AMBIGUOUS'],
    ['Connection: Host\r\n', 'HEADER_INVALID'],
    ['Connection: X_Forwarded_For\r\n', 'HEADER_INVALID'],
    ['Host: h\r\n', 'HOST_INVALID'],
    ['Content_Length: 5\r\n', 'HEADER_NAME_AMBIGUOUS'],
    ['Authorization: a\r\nAuthorization: b\r\n', 'HEADER_DUPLICATE'],
    ['Expect: x\r\n', 'EXPECTATION_UNKNOWN'],
  ] as const)
    test(JSON.stringify(fields), () => assert.deepEqual(summary(request(fields)), want))

  test('HTTP/1.0 does not stay open, waits for no 100 and has no chunks', () => {
    const head = request('Expect: 100-continue\r\nConnection: keep-alive\r\n', 'POST /a HTTP/1.0')
    assert.ok(head instanceof RequestHead)
    assert.deepEqual([head.keepAlive, head.expectContinue], [false, false])
    assert.equal(request('Transfer-Encoding: chunked\r\n', 'POST /a HTTP/1.0'), 'FRAMING_AMBIGUOUS')
  })

  test('names with `_` or `.` that mean nothing are marked', () => {
    const head = request('X_Y: z\r\n')
    assert.ok(head instanceof RequestHead)
    assert.equal(head.aliased, true)
  })

  for (const [target, host, want] of [
    ['/a?b', 'H:1', ['/a?b', 'h:1', '']],
    ['https://H/a', 'h', ['/a', 'h', 'https']],
    ['https://h:443/a', 'h', ['/a', 'h:443', 'https']],
    ['http://h?b', 'h:80', ['/?b', 'h', 'http']],
    ['https://h/a', 'other', 'HOST_INVALID'],
    ['https://u@h/a', 'h', 'TARGET_INVALID'],
    ['ftp://h/a', 'h', 'TARGET_INVALID'],
    ['a', 'h', 'TARGET_INVALID'],
    ['*', 'h', 'TARGET_INVALID'],
    ['h:443', 'h', 'TARGET_INVALID'],
  ] as const)
    test(`target ${target} with Host ${host}`, () => {
      const head = request('', `GET ${target} HTTP/1.1`, `Host: ${host}\r\n`)
      assert.deepEqual(typeof head === 'string' ? head : [head.target, head.authority, head.scheme], want)
    })
})

describe('responses', () => {
  const summarize = (head: ResponseHead | null): unknown =>
    head && [head.framing, head.length, head.announced, head.keepAlive]
  for (const [fields, method, line, want] of [
    ['content-length: 5\r\n', 'GET', 'HTTP/1.1 200 OK', [1, 5, -1, true]],
    ['content-length: 0\r\n', 'GET', 'HTTP/1.1 200 OK', [0, 0, -1, true]],
    ['transfer-encoding: chunked\r\n', 'GET', 'HTTP/1.1 200 OK', [2, 0, -1, true]],
    ['', 'GET', 'HTTP/1.1 200 OK', [3, 0, -1, false]],
    ['content-length: 5\r\n', 'GET', 'HTTP/1.0 200 OK', [1, 5, -1, false]],
    ['content-length: 5\r\nconnection: close\r\n', 'GET', 'HTTP/1.1 200 OK', [1, 5, -1, false]],
    ['content-length: 5\r\n', 'HEAD', 'HTTP/1.1 200 OK', [0, 0, 5, true]],
    ['content-length: 5\r\n', 'GET', 'HTTP/1.1 304 Not Modified', [0, 0, 5, true]],
    ['', 'GET', 'HTTP/1.1 204 No Content', [0, 0, -1, true]],
    ['content-length: 5\r\n', 'GET', 'HTTP/1.1 204 No Content', null],
    ['content-length: 5\r\ncontent-length: 5\r\n', 'GET', 'HTTP/1.1 200 OK', null],
    ['content-length: 5\r\ntransfer-encoding: chunked\r\n', 'HEAD', 'HTTP/1.1 200 OK', null],
    ['transfer-encoding: gzip\r\n', 'GET', 'HTTP/1.1 200 OK', null],
    ['transfer-encoding: chunked\r\n', 'GET', 'HTTP/1.0 200 OK', null],
  ] as const)
    test(`${line} to ${method} with ${JSON.stringify(fields)}`, () =>
      assert.deepEqual(summarize(response(fields, method, line)), want))

  test('fields of the connection are taken out', () => {
    const head = response(
      'connection: x-y\r\nx-y: z\r\nkeep-alive: x\r\nalt-svc: x\r\nupgrade: x\r\nx: y\r\ncontent-length: 0\r\n',
    )
    assert.deepEqual(head?.fields.names, ['x'])
  })
})

test('lengths are runs of digits', () => {
  for (const [text, want] of [
    ['0', 0],
    ['5', 5],
    ['0005', 5],
    ['999999999999999', 999_999_999_999_999],
    ['1000000000000000', -1],
    ['', -1],
    ['+5', -1],
    ['5 ', -1],
    ['٥', -1],
  ] as const)
    assert.equal(parseLength(text), want, text)
})

test('authorities', () => {
  for (const good of ['h', 'h:1', 'h:65535', 'a.b-c_d', '127.0.0.1', '[::1]', '[::1]:443', 'h.'])
    assert.ok(isAuthority(good), good)
  for (const bad of [
    '',
    ':1',
    'h:',
    'h:0',
    'h:65536',
    'h:1a',
    'u@h',
    'h/',
    'h%41',
    '.h',
    'a..b',
    '[]',
    '[::1',
    '[::1]x',
    'h h',
    'a,b',
    'é',
  ])
    assert.ok(!isAuthority(bad), bad)
  assert.deepEqual(['h.', 'h:1', '[::1]:443', '[::1]', 'h.:1'].map(hostOf), ['h', 'h', '[::1]', '[::1]', 'h'])
})

test('whatever the parser accepts is read or refused, and what is read has one framing and no hop-by-hop field', () => {
  const name = fc.constantFrom(
    'Host',
    'Content-Length',
    'Transfer-Encoding',
    'Connection',
    'Expect',
    'TE',
    'Upgrade',
    'X',
    'X_Y',
    'Content_Length',
    'Cookie',
    'Range',
    'Authorization',
  )
  const value = fc.constantFrom(
    '',
    'h',
    '5',
    '+5',
    'chunked',
    'x, chunked',
    'close',
    'Host',
    'content-length',
    'X',
    '100-continue',
    ',,',
    'a b',
    '\xff',
  )
  const fields = fc
    .array(fc.tuple(name, value), { maxLength: 8 })
    .map((all) => all.map(([n, v]) => `${n}: ${v}\r\n`).join(''))
  const line = fc.constantFrom(
    'GET / HTTP/1.1',
    'POST /a HTTP/1.0',
    'OPTIONS * HTTP/1.1',
    'GET https://h/ HTTP/1.1',
    'CONNECT h:1 HTTP/1.1',
  )
  fc.assert(
    fc.property(fields, line, (text, first) => {
      const head = request(text, first, '')
      if (typeof head === 'string') return
      const lines = text.toLowerCase().split('\r\n')
      const count = (start: string): number => lines.filter((one) => one.startsWith(`${start}:`)).length
      assert.ok(count('content-length') + count('transfer-encoding') <= 1)
      assert.ok(count('host') <= 1)
      for (const gone of ['content-length', 'transfer-encoding', 'connection', 'te', 'upgrade', 'expect'])
        assert.ok(!head.fields.names.includes(gone), gone)
    }),
    { numRuns: 5000 },
  )
})
