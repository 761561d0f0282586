import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import { decodeContent } from './decode-content.ts'

const most = 1_048_576
const text = Buffer.from('{"a":"'.padEnd(5000, 'x'))
const codings = {
  gzip: gzipSync,
  'x-gzip': gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
} as const

test('every coding is decoded, in sequence too, whatever the letter case', () => {
  assert.equal(decodeContent(text, '', most), text)
  assert.equal(decodeContent(text, 'identity', most), text)
  for (const [name, compress] of Object.entries(codings)) {
    assert.deepEqual(decodeContent(compress(text), name, most), text, name)
    assert.deepEqual(decodeContent(compress(text), name.toUpperCase(), most), text, name)
    assert.deepEqual(decodeContent(gzipSync(compress(text)), `${name}, gzip`, most), text, name)
  }
})

test('what is not known, and more than two in sequence, is refused', () => {
  for (const name of ['compress', 'x', 'gzip, x', 'gzip;q=1', 'gzip gzip'])
    assert.equal(decodeContent(gzipSync(text), name, most), 'unknown', name)
  assert.equal(decodeContent(gzipSync(gzipSync(gzipSync(text))), 'gzip,gzip,gzip', most), 'unknown')
})

test('bombs are stopped at the limit, and so is what is too large already', () => {
  const bomb = Buffer.alloc(100_000_000)
  for (const [name, compress] of Object.entries(codings)) {
    const small = compress(bomb)
    assert.ok(small.length < most)
    const before = process.memoryUsage().external + process.memoryUsage().arrayBuffers
    assert.equal(decodeContent(small, name, most), 'too-large', name)
    const after = process.memoryUsage().external + process.memoryUsage().arrayBuffers
    assert.ok(after - before < 4 * most, `${name} took ${after - before}`)
  }
  assert.equal(decodeContent(gzipSync(gzipSync(bomb)), 'gzip, gzip', most), 'too-large')
  assert.equal(decodeContent(Buffer.alloc(most + 1), '', most), 'too-large')
  assert.ok(Buffer.isBuffer(decodeContent(gzipSync(Buffer.alloc(most)), 'gzip', most)))
})

test('what is damaged, broken off or followed by something has no reading', () => {
  for (const [name, compress] of Object.entries(codings)) {
    const whole = compress(text)
    for (const wrong of [
      whole.subarray(0, -1),
      whole.subarray(1),
      Buffer.concat([whole, Buffer.from('x')]),
      Buffer.concat([whole, whole]),
      Buffer.alloc(0),
      Buffer.from('{}'),
    ])
      assert.equal(decodeContent(wrong, name, most), 'damaged', `${name} ${wrong.length}`)
  }
  assert.equal(decodeContent(deflateRawSync(text), 'deflate', most), 'damaged')
  const flipped = gzipSync(text)
  flipped[flipped.length - 6]! ^= 1
  assert.equal(decodeContent(flipped, 'gzip', most), 'damaged')
})

test('a gzip header with every optional part', () => {
  const plain = gzipSync(text)
  const header = Buffer.from([0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3])
  const extra = Buffer.from([2, 0, 1, 2, 0x61, 0, 0x62, 0, 7, 7])
  const dressed = Buffer.concat([header, extra, plain.subarray(10)])
  assert.deepEqual(decodeContent(dressed, 'gzip', most), text)
  assert.equal(decodeContent(dressed.subarray(0, 16), 'gzip', most), 'damaged')
  dressed[3] = 0x3e
  assert.equal(decodeContent(dressed, 'gzip', most), 'damaged')
})

test('a window that no such content needs is not taken', () => {
  const brotli = (lgwin: number): Buffer =>
    brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_LGWIN]: lgwin } })
  for (const lgwin of [10, 15, 16, 17, 18, 22])
    assert.deepEqual(decodeContent(brotli(lgwin), 'br', most), text, String(lgwin))
  assert.equal(decodeContent(brotli(24), 'br', most), 'damaged')
  assert.deepEqual(decodeContent(brotli(24), 'br', 2 ** 23), text)

  const zstd = (windowLog: number): Buffer =>
    zstdCompressSync(Buffer.alloc(2 ** 25), { params: { [constants.ZSTD_c_windowLog]: windowLog } })
  assert.ok(Buffer.isBuffer(decodeContent(zstd(23), 'zstd', 2 ** 25)))
  assert.equal(decodeContent(zstd(24), 'zstd', 2 ** 25), 'damaged')
})
