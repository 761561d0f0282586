import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseStrictJson } from './strict-json.ts'

const read = (text: string | Buffer): unknown => parseStrictJson(Buffer.from(text))
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('agrees with V8 on every JSON object', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 8 })), (value) => {
      const expected: unknown = plain(value)
      for (const text of [
        JSON.stringify(value),
        JSON.stringify(value, null, '\t'),
        escaped(JSON.stringify(value)),
      ]) {
        const found = read(text)
        // Whole numbers that doubles do not hold singly are refused, and V8 writes some.
        if (found !== null) assert.deepEqual(plain(found), expected)
        else assert.match(text, /\d{16}|\\u[dD]|\\ud/)
      }
    }),
    { numRuns: 300 },
  )
})

/** Every letter as an escape. */
const escaped = (json: string): string =>
  json.replace(/"(?:[^"\\]|\\.)*"/g, (text) =>
    text.replace(/(?<!\\)[g-s]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`),
  )

test('accepts nothing that V8 refuses', () => {
  const valid = '{"a":[1,-2.5e3,"x\\n\\u00e9"],"b":{"c":null,"d":[true,false,{}],"e":""}}'
  assert.notEqual(read(valid), null)
  fc.assert(
    fc.property(fc.nat(valid.length - 1), fc.string({ maxLength: 2 }), fc.nat(2), (at, text, skipped) => {
      const changed = valid.slice(0, at) + text + valid.slice(at + skipped)
      if (read(changed) !== null) JSON.parse(changed)
    }),
    { numRuns: 3000 },
  )
})

test('names of prototypes are names like the rest', () => {
  const object = parseStrictJson(Buffer.from('{"__proto__":{"admin":true},"constructor":1}'))
  assert.ok(object !== null)
  assert.deepEqual(Object.keys(object), ['__proto__', 'constructor'])
  assert.equal(object['admin'], undefined)
  assert.equal(object['toString'], undefined)
  assert.equal(read('{"__proto__":1,"__proto__":1}'), null)
})

const refused: readonly (readonly [string, string | Buffer])[] = [
  ['a member twice', '{"a":1,"a":1}'],
  ['a member twice after unescaping', '{"a":1,"\\u0061":1}'],
  ['a member twice deep inside', '{"a":[{"b":{"c":1,"c":2}}]}'],
  ['a member twice with null', '{"a":null,"a":null}'],
  ['a lone high surrogate', '{"a":"\\ud800"}'],
  ['a lone low surrogate in a name', '{"\\udc00":1}'],
  ['surrogates the wrong way round', '{"a":"\\udc00\\ud800"}'],
  ['17 levels', `${'{"a":'.repeat(17)}1${'}'.repeat(17)}`],
  ['17 levels of lists', `{"a":${'['.repeat(16)}${']'.repeat(16)}}`],
  ['a number too large', '{"a":1e400}'],
  ['an integer that a double rounds', '{"a":9007199254740993}'],
  ['the first integer with a twin', '{"a":9007199254740992}'],
  ['a leading zero', '{"a":01}'],
  ['a plus', '{"a":+1}'],
  ['a bare point', '{"a":1.}'],
  ['no digit before the point', '{"a":.5}'],
  ['an empty exponent', '{"a":1e}'],
  ['NaN', '{"a":NaN}'],
  ['a byte order mark', '\ufeff{}'],
  ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
  ['overlong UTF-8', Buffer.from([0x7b, 0x22, 0xc1, 0xa1, 0x22, 0x3a, 0x31, 0x7d])],
  ['a surrogate in UTF-8', Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d])],
  ['Latin-1', Buffer.from('{"a":"\xe9"}', 'latin1')],
  ['a control character', '{"a":"\n"}'],
  ['a control character beside an escape', '{"a":"\\n\n"}'],
  ['an unknown escape', '{"a":"\\x41"}'],
  ['an open string', '{"a":"'],
  ['an open escape', '{"a":"\\'],
  ['a trailing comma', '{"a":1,}'],
  ['a second object', '{}{}'],
  ['a NUL at the end', '{}\0'],
  ['a no-break space', '\u00a0{}'],
  ['a comment', '{/**/}'],
  ['a list', '[]'],
  ['a text', '"{}"'],
  ['null', 'null'],
  ['nothing', ''],
]

for (const [name, text] of refused) test(`refuses ${name}`, () => assert.equal(read(text), null))

test('accepts what is at a limit', () => {
  assert.notEqual(read(`${'{"a":'.repeat(16)}1${'}'.repeat(16)}`), null)
  assert.notEqual(
    read(' {"a":9007199254740991,"b":-9007199254740991,"c":-0,"d":1e308,"e":"\\ud83d\\ude00"}\r\n'),
    null,
  )
  assert.deepEqual(plain(read('{"é":"ü😀"}')), { é: 'ü😀' })
  assert.deepEqual(plain(parseStrictJson(new Uint8Array(Buffer.from('{"a":1}')))), { a: 1 })
})
