import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { ChunkedDecoder } from './chunked.ts'

const limits = { requestLineBytes: 64, headerCount: 4, headerBytes: 128 }

/** Body, trailers and end offset after taking these pieces, or why they are refused, or that more is needed. */
function read(pieces: readonly Buffer[]): string {
  const decoder = new ChunkedDecoder(limits)
  let body = ''
  let before = 0
  for (const piece of pieces) {
    const after = decoder.take(piece, 0, (start, end) => {
      body += piece.toString('latin1', start, end)
    })
    if (after === -2) return `!${decoder.fault}`
    if (after >= 0) {
      assert.ok(decoder.done)
      const { trailers } = decoder
      return JSON.stringify([
        body,
        Array.from({ length: trailers.count }, (_, i) => [trailers.names[i], trailers.value(i)]),
        before + after,
      ])
    }
    assert.equal(after, -1)
    before += piece.length
  }
  return '…'
}

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')
const whole = (text: string): string => read([bytes(text)])

const bodies: readonly (readonly [text: string, want: string])[] = [
  ['0\r\n\r\n', '["",[],5]'],
  ['5\r\nhello\r\n0\r\n\r\nrest', '["hello",[],15]'],
  ['005\r\nhello\r\n000\r\n\r\n', '["hello",[],19]'],
  ['A\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n', '["0123456789x",[],26]'],
  ['5;a=b;c\r\nhello\r\n0;d\r\n\r\n', '["hello",[],23]'],
  ['2\r\n\r\n\r\n0\r\n\r\n', '["\\r\\n",[],12]'],
  ['1\r\nx\r\n0\r\nA: b\r\nC:\r\n\r\nrest', '["x",[["a","b"],["c",""]],21]'],
  ['5\r\nhell', '…'],
  ['5\r\nhello\r\n0\r\n', '…'],
  ['\r\n', '!CHUNK_INVALID'],
  ['5\nhello\r\n', '!CHUNK_INVALID'],
  ['5 \r\nhello\r\n', '!CHUNK_INVALID'],
  ['5\r\nhello!\r\n', '!CHUNK_INVALID'],
  ['5\r\nhello\n0\r\n\r\n', '!CHUNK_INVALID'],
  ['-1\r\n', '!CHUNK_INVALID'],
  ['0x1\r\n', '!CHUNK_INVALID'],
  ['1;\n\r\nx\r\n', '!CHUNK_INVALID'],
  ['1;\x80\r\nx\r\n', '!CHUNK_INVALID'],
  ['0\r\nX y\r\n\r\n', '!TRAILER_INVALID'],
  ['0\r\n: y\r\n\r\n', '!TRAILER_INVALID'],
  ['0\r\n\n', '!TRAILER_INVALID'],
  [`0\r\n${'a: b\r\n'.repeat(5)}\r\n`, '!HEADERS_TOO_LARGE'],
  [`0\r\na: ${'b'.repeat(200)}\r\n\r\n`, '!HEADERS_TOO_LARGE'],
]

describe('bodies, whole and split at every byte', () => {
  for (const [text, want] of bodies)
    test(JSON.stringify(text.slice(0, 60)), () => {
      assert.equal(whole(text), want)
      const all = bytes(text)
      for (let at = 0; at <= all.length; at++)
        assert.equal(read([all.subarray(0, at), all.subarray(at)]), want, `at ${at}`)
      assert.equal(read(Array.from(all, (_, at) => all.subarray(at, at + 1))), want, 'byte by byte')
    })
})

describe('limits are exact', () => {
  test('twelve digits of a size', () => {
    assert.equal(whole(`${'0'.repeat(11)}1\r\nx\r\n0\r\n\r\n`), '["x",[],22]')
    assert.equal(whole(`${'0'.repeat(12)}1\r\nx\r\n0\r\n\r\n`), '!CHUNK_INVALID')
    assert.equal(whole('ffffffffffff\r\nx'), '…')
  })
  test('1,024 bytes of extensions in a body, however they are spread', () => {
    const spread = (n: number): string => `${'1;\r\nx\r\n'.repeat(n)}0\r\n\r\n`
    assert.match(whole(`1;${'a'.repeat(1023)}\r\nx\r\n0\r\n\r\n`), /^\["x"/)
    assert.equal(whole(`1;${'a'.repeat(1024)}\r\nx\r\n0\r\n\r\n`), '!CHUNK_INVALID')
    assert.match(whole(spread(512)), /^\["x/)
    assert.equal(whole(spread(1025)), '!CHUNK_INVALID')
  })
})

describe('properties', () => {
  const cuts = fc.array(fc.nat(400), { maxLength: 8 })
  const split = (all: Buffer, places: readonly number[]): Buffer[] => {
    const at = [0, ...places.map((place) => Math.min(place, all.length)), all.length].sort((a, b) => a - b)
    return at.slice(1).map((end, i) => all.subarray(at[i], end))
  }

  test('what is written in chunks is read back, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 }),
        cuts,
        (chunks, places) => {
          const text = `${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${Buffer.from(chunk).toString('latin1')}\r\n`).join('')}0\r\n\r\n`
          const body = Buffer.concat(chunks).toString('latin1')
          assert.equal(read(split(bytes(`${text}next`), places)), JSON.stringify([body, [], text.length]))
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('bytes mean the same however they are split, and nothing throws', () => {
    const part = fc.constantFrom(
      '0',
      '1',
      '5',
      'a',
      'F',
      '\r\n',
      '\r\n',
      '\r',
      '\n',
      ';',
      'x=y',
      ' ',
      'hello',
      'X: y',
      '\0',
      '\xff',
      '-',
    )
    const near = fc.array(part, { maxLength: 30 }).map((parts) => bytes(parts.join('')))
    const anything = fc.oneof(
      near,
      fc.uint8Array({ maxLength: 200 }).map((list) => Buffer.from(list)),
    )
    fc.assert(
      fc.property(anything, cuts, (all, places) => assert.equal(read(split(all, places)), read([all]))),
      { numRuns: 4000 },
    )
  })
})
