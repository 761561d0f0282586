import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { newApiKey, newSecret } from './key-format.ts'
import { type FoundText, KeyScan } from './key-scan.ts'

/** Scans a text in pieces of these lengths, repeated to its end. */
function scan(text: string | Buffer, lengths: readonly number[] = [65_536]): FoundText[] {
  const bytes = Buffer.from(text)
  const scanner = new KeyScan()
  const found: FoundText[] = []
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length]!
    found.push(...scanner.take(bytes.subarray(at, at + length)))
    at += length
  }
  return [...found, ...scanner.end()]
}

const key = newApiKey()
const old = newSecret('spk_')

test('keys are found wherever they stand, with their line', () => {
  const url = encodeURIComponent(`https://x.example/?key=${key}&a=b`)
  const lines = [
    'nothing here',
    `curl -H 'X-API-Key: ${key}' https://api.example.com`,
    JSON.stringify({ headers: JSON.stringify({ 'x-api-key': key }) }),
    `GET /r?to=${url}`,
    `GET /?k=${key.replaceAll('_', '%5F').replaceAll('-', '%2d')}`,
    `{"k":"${key.replaceAll('_', '\\u005f').replaceAll('-', '\\u002D')}"}`,
    `${key}-and-more`,
    `x${key}`,
    '',
    `${old}"`,
    key,
  ]
  const found = scan(lines.join('\n'))
  assert.deepEqual(
    found.map(({ line }) => line),
    [2, 3, 4, 5, 6, 7, 8, 10, 11],
  )
  for (const { text, line, checked } of found)
    assert.deepEqual([text, checked], line === 10 ? [old, false] : [key, true])
})

test('a text in UTF-16 is read too, with either order of bytes', () => {
  const little = Buffer.from(`\ufeffa\n${key}\n`, 'utf16le')
  assert.deepEqual(scan(little), [{ text: key, line: 2, checked: true }])
  assert.deepEqual(scan(Buffer.from(little).swap16(), [7]), [{ text: key, line: 2, checked: true }])
})

test('it does not matter in which pieces a text arrives', () => {
  const part = fc.constantFrom(
    key,
    old,
    key.replaceAll('_', '%5F'),
    key.slice(0, -1),
    'spk_',
    '%',
    '\\u00',
    '\n',
    ' ',
    'é',
    'spk_spk_',
  )
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 30 }),
      fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 5 }),
      (parts, lengths) => {
        const text = parts.join('')
        assert.deepEqual(scan(text, lengths), scan(text))
      },
    ),
  )
})

test('what only looks like a key is none', () => {
  const wrong = [
    key.slice(0, -1),
    `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`,
    key.toLowerCase(),
    `spk_${'a'.repeat(42)}`,
    `spk_${'a'.repeat(44)}`,
    'spk_'.repeat(100),
  ]
  for (const text of wrong) assert.deepEqual(scan(`${text}\n`), [], text)
})

test('hostile texts take a time that is linear in their length', () => {
  const unit = 400_000
  const texts = ['spk_', 'spk_a', '%5f', '\\', '%', '\n', `spk_${'a'.repeat(50)}`, `spk_${'a'.repeat(42)}`]
  // The last ones are found: they have the form of old keys, and no line ends between them.
  for (const text of [...texts, `spk_${'a'.repeat(43)} `]) {
    const piece = Buffer.alloc(unit, text)
    const time = (units: number): number => {
      const scanner = new KeyScan()
      const started = performance.now()
      let found = 0
      for (let i = 0; i < units; i++) for (const _ of scanner.take(piece)) found++
      for (const _ of scanner.end()) found++
      assert.equal(found > 0, text.endsWith(' '))
      return performance.now() - started
    }
    time(1)
    const [few, many] = [Math.min(time(2), time(2)), time(8)]
    // Quadratic would be 16 times.
    assert.ok(many < Math.max(few, 5) * 10, `${text}: ${few} ms, and ${many} ms for four times as much`)
  }
})
