import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type HeadLimits, HeadParser } from './head-parser.ts'

const limits: HeadLimits = { requestLineBytes: 64, headerCount: 4, headerBytes: 128 }

/** Everything that a parser says after taking these pieces, or why it refuses, or that it waits. */
function read(
  pieces: readonly Buffer[],
  mode: 'request' | 'response' | 'trailers' = 'request',
  bounds = limits,
): string {
  const parser = new HeadParser(mode, bounds)
  let before = 0
  for (const piece of pieces) {
    const after = parser.take(piece, 0)
    if (after === -2) return `!${parser.fault}`
    if (after >= 0) {
      const fields = Array.from({ length: parser.count }, (_, i) => [
        parser.names[i],
        parser.value(i),
        parser.numbers[i],
      ])
      const start =
        mode === 'request'
          ? [parser.method, parser.target]
          : mode === 'response'
            ? [parser.status, parser.reason]
            : []
      return JSON.stringify([start, parser.minor, fields, before + after])
    }
    before += piece.length
  }
  return '…'
}

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')
const whole = (text: string, mode: 'request' | 'response' | 'trailers' = 'request'): string =>
  read([bytes(text)], mode)

const messages: readonly string[] = [
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  '\r\nPOST /a?b HTTP/1.0\r\nhost:a\r\nX-Y: \t z w \t\r\nEmpty:\r\n\r\nbody',
  'GET /\xe9 HTTP/1.1\r\n\r\n',
  'GET / HTTP/1.1\r\nX: caf\xe9\r\n\r\n',
  'GET / HTTP/1.1\r\nX : y\r\n\r\n',
  'GET / HTTP/1.1\nHost: a\r\n\r\n',
  'GET / HTTP/1.1\r\nX: y\n\r\n',
  'GET / HTTP/1.1\r\nX: y\r\n z\r\n\r\n',
  'GET / HTTP/2.0\r\n\r\n',
  `GET /${'a'.repeat(80)} HTTP/1.1\r\n\r\n`,
  `GET / HTTP/1.1\r\nX: ${'y'.repeat(200)}\r\n\r\n`,
  'GET / HTTP/1.1\r\na: b\r\nc: d\r\ne: f\r\ng: h\r\ni: j\r\n\r\n',
]
// biome-ignore format: a table with several entries a line
const answers: readonly string[] = [
  'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', 'HTTP/1.0 404\r\n\r\n', 'HTTP/1.1 200 \r\n\r\n', 'HTTP/1.1 20 OK\r\n\r\n',
  'HTTP/1.1 999 No\r\n\r\n', 'HTTP/1.1 200 O\nK\r\n\r\n', 'HTTP/1.1 200OK\r\n\r\n',
]
const trailers: readonly string[] = [
  '\r\n',
  'X: y\r\n\r\n',
  'X: y\r\n\r\nGET',
  'X y\r\n\r\n',
  '\n',
  'X: y\n\r\n',
]

describe('a message split at every byte means the same', () => {
  for (const [mode, texts] of [
    ['request', messages],
    ['response', answers],
    ['trailers', trailers],
  ] as const)
    for (const text of texts)
      test(`${mode} ${JSON.stringify(text.slice(0, 60))}`, () => {
        const all = bytes(text)
        const want = whole(text, mode)
        for (let at = 0; at <= all.length; at++)
          assert.equal(read([all.subarray(0, at), all.subarray(at)], mode), want, `at ${at}`)
        assert.equal(
          read(
            Array.from(all, (_, at) => all.subarray(at, at + 1)),
            mode,
          ),
          want,
          'byte by byte',
        )
      })
})

test('what is read', () => {
  assert.equal(
    whole('GET /a?b HTTP/1.1\r\nHost: x\r\nX-Unknown:  a b\t\r\n\r\n'),
    '[["GET","/a?b"],1,[["host","x",1],["x-unknown","a b",0]],48]',
  )
  assert.equal(whole('HTTP/1.0 404 Not  Found\r\n\r\n', 'response'), '[[404,"Not  Found"],0,[],27]')
  assert.equal(whole('GET / HTTP/1.1\r\nX: y\r\n'), '…')
})

describe('limits are exact', () => {
  const line = (n: number): string => `GET /${'a'.repeat(n - 'GET / HTTP/1.1'.length)} HTTP/1.1\r\n\r\n`
  const fields = (n: number): string => `GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(n)}\r\n`
  const value = (n: number): string => `GET / HTTP/1.1\r\nX: ${'y'.repeat(n - 'X: \r\n'.length)}\r\n\r\n`

  test('of the request line', () => {
    assert.match(whole(line(64)), /^\[/)
    assert.equal(whole(line(65)), '!TARGET_TOO_LONG')
  })
  test('of fields', () => {
    assert.match(whole(fields(4)), /^\[/)
    assert.equal(whole(fields(5)), '!HEADERS_TOO_LARGE')
  })
  test('of bytes', () => {
    assert.match(whole(value(128)), /^\[/)
    assert.equal(whole(value(129)), '!HEADERS_TOO_LARGE')
  })
  test('of what is kept: a message that never ends is refused while it grows', () => {
    for (const begin of [
      'GET /',
      'GET / HTTP/1.1\r\nX: ',
      'GET / HTTP/1.1\r\nX:',
      'GET / HTTP/1.1\r\n',
      'G',
    ]) {
      const parser = new HeadParser('request', limits)
      let after = parser.take(bytes(begin), 0)
      let taken = begin.length
      const fill = begin.endsWith(':') ? ' ' : 'a'
      while (after === -1 && taken < 1000) {
        after = parser.take(bytes(fill), 0)
        taken++
      }
      assert.equal(after, -2, begin)
      assert.ok(taken < 64 + 128 + 40, `${taken}`)
    }
  })
})

test('a refusal comes at the byte that shows it, not later', () => {
  for (const text of [
    'GET / HTTP/1.1\n',
    'GET / HTTP/1.1\r\n ',
    'GET / HTTP/1.1\r\nX ',
    'GET  ',
    ' ',
    '\n',
    'GET / HTTP/2',
    'GET / HTTP/1.1\r\n\rX',
    'GET / HTTP/1.1\r\nX: \0',
  ])
    assert.match(whole(text), /^!/, JSON.stringify(text))
})

test('one parser reads one message after the other in one piece', () => {
  const parser = new HeadParser('request', limits)
  const chunk = bytes('GET /1 HTTP/1.1\r\nA: 1\r\n\r\nGET /2 HTTP/1.1\r\nB: 2\r\n\r\nGET /3')
  const seen: string[] = []
  let at = 0
  for (;;) {
    at = parser.take(chunk, at)
    if (at < 0) break
    seen.push(`${parser.target} ${parser.names[0]}=${parser.value(0)}`)
    parser.reset()
    assert.ok(parser.idle)
  }
  assert.deepEqual([seen, at, parser.idle], [['/1 a=1', '/2 b=2'], -1, false])
  assert.equal(parser.take(bytes(' HTTP/1.1\r\n\r\nrest'), 0), 13)
  assert.equal(parser.target, '/3')
})

describe('properties', () => {
  const part = fc.constantFrom(
    ...[
      'GET',
      'POST',
      ' ',
      '/',
      '/a',
      '?b',
      'HTTP/1.1',
      'HTTP/1.0',
      '\r\n',
      '\r\n',
      '\r\n',
      '\r',
      '\n',
      'X',
      'Host',
      ': ',
      ':',
      'y',
      '\t',
      '\0',
      '\xff',
      'Content-Length: 5',
    ],
  )
  const near = fc.array(part, { maxLength: 30 }).map((parts) => bytes(parts.join('')))
  const good = fc
    .array(fc.tuple(fc.stringMatching(/^[A-Za-z0-9-]{1,8}$/), fc.stringMatching(/^[!-~]{0,8}$/)), {
      maxLength: 4,
    })
    .map((fields) =>
      bytes(`GET /a HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`),
    )
  const anything = fc.oneof(
    near,
    good,
    fc.uint8Array({ maxLength: 300 }).map((list) => Buffer.from(list)),
  )
  const cuts = fc.array(fc.nat(300), { maxLength: 6 })
  const split = (all: Buffer, places: readonly number[]): Buffer[] => {
    const at = [0, ...places.map((place) => Math.min(place, all.length)), all.length].sort((a, b) => a - b)
    return at.slice(1).map((end, i) => all.subarray(at[i], end))
  }

  for (const mode of ['request', 'response', 'trailers'] as const)
    test(`${mode}: bytes mean the same however they are split, and nothing throws`, () => {
      fc.assert(
        fc.property(anything, cuts, (all, places) =>
          assert.equal(read(split(all, places), mode), read([all], mode)),
        ),
        { numRuns: 4000 },
      )
    })

  test('what is accepted has no CR, LF or NUL in any part', () => {
    fc.assert(
      fc.property(anything, (all) => {
        const parser = new HeadParser('request', limits)
        if (parser.take(all, 0) < 0) return
        const parts = [
          parser.method,
          parser.target,
          ...parser.names,
          ...parser.names.map((_, i) => parser.value(i)),
        ]
        for (const part of parts) assert.doesNotMatch(part, /[\r\n\0]/)
      }),
      { numRuns: 4000 },
    )
  })
})
