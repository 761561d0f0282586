import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { defaultJsonLimits, type JsonFault, parseJson } from './parse-json.ts'

const read = (text: string | Buffer): unknown => {
  const parsed = parseJson(Buffer.from(text), defaultJsonLimits)
  return parsed.ok ? parsed.value : parsed.fault
}
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('agrees with V8 on every value that it reads', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom(0, 2, '\t'), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      const parsed = parseJson(Buffer.from(text), defaultJsonLimits)
      if (parsed.ok) assert.deepEqual(plain(parsed.value), JSON.parse(text))
      else assert.match(text, /\d{16}|e-3|\\u[dD]|\\u0000/)
    }),
    { numRuns: 1000 },
  )
})

test('reads nothing that V8 refuses', () => {
  const valid = '{"a":[1,-2.5e3,"x\\n\\u00e9"],"b":{"c":null,"d":[true,false,{}],"e":""}}'
  assert.equal(typeof read(valid), 'object')
  fc.assert(
    fc.property(fc.nat(valid.length - 1), fc.string({ maxLength: 2 }), fc.nat(2), (at, text, skipped) => {
      const changed = valid.slice(0, at) + text + valid.slice(at + skipped)
      if (parseJson(Buffer.from(changed), defaultJsonLimits).ok) JSON.parse(changed)
    }),
    { numRuns: 3000 },
  )
})

/** After JSONTestSuite (github.com/nst/JSONTestSuite): what must be refused, by what it is refused for. */
const refused: Readonly<Record<JsonFault, readonly (string | Buffer)[]>> = {
  encoding: [
    Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]),
    Buffer.from([0x22, 0xc0, 0xaf, 0x22]),
    Buffer.from([0x22, 0xe0, 0x80, 0x80, 0x22]),
    Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
    Buffer.from([0x22, 0xf4, 0xbf, 0xbf, 0xbf, 0x22]),
    Buffer.from('["é"]', 'latin1'),
    Buffer.from('["é"]', 'utf16le'),
  ],
  'byte-order-mark': ['\ufeff{}', '\ufeff'],
  empty: ['', ' ', '\n\t\r'],
  trailing: [
    '1 2',
    '0x1',
    '1_000',
    '{} {}',
    '{}x',
    '[1]]',
    '{"a":1}#',
    '"a" "b"',
    '1]',
    'nullx',
    '[]\u0000',
    '{}//',
    '2,',
  ],
  'duplicate-name': [
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"x":{"b":1,"b":1}}',
    '[{"":1,"":2}]',
    '{"__proto__":1,"__proto__":2}',
    '{"role":"user","r\\u006fle":"admin"}',
    '{"a":null,"a":null}',
  ],
  surrogate: [
    '"\\ud800"',
    '"\\udc00"',
    '"\\ud800\\u0041"',
    '"\\udc00\\ud800"',
    '{"\\uDEAD":1}',
    '["\\ud83d"]',
  ],
  nul: ['"\\u0000"', '{"a\\u0000b":1}', '["a\\u0000"]'],
  number: [
    '1e309',
    '-1e999',
    '[9007199254740993]',
    '9007199254740992',
    '-9007199254740992',
    '123456789012345678901234567890',
    '1e-400',
    '0.1e-999',
    '9007199254740993.0',
    '9007199254740993e0',
    '0.3000000000000000004',
  ],
  depth: [
    '['.repeat(65) + ']'.repeat(65),
    '{"a":'.repeat(200_000),
    '['.repeat(200_000),
    '[{"a":'.repeat(100_000),
  ],
  members: [`{${Array.from({ length: 100_001 }, (_, index) => `"${index}":0`).join(',')}}`],
  elements: [`[${'0,'.repeat(250_000)}0]`],
  syntax: [
    '{',
    '[',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '{a:1}',
    "{'a':1}",
    '{"a" 1}',
    '{1:1}',
    '{,}',
    '[1,]',
    '[,1]',
    '[1,,2]',
    '[1 2]',
    '01',
    '-',
    '-01',
    '+1',
    '.5',
    '1.',
    '1.e1',
    '1e',
    '1e+',
    'Infinity',
    'NaN',
    '-Infinity',
    'nul',
    'True',
    'undefined',
    '"a',
    '"\\x41"',
    '"\\u12"',
    '"\\u{41}"',
    '"\\',
    '"\t"',
    '"\n"',
    '"\u0000"',
    '/*x*/1',
    '//x\n1',
    '\u00a01',
    '\u000b1',
    '\u20281',
    '*',
    '"\\v"',
    '[1:2]',
    '{"a":1:2}',
    ']',
    '}',
  ],
}

for (const [fault, texts] of Object.entries(refused)) {
  test(`refused: ${fault}`, () => {
    for (const text of texts) assert.equal(read(text), fault, String(text).slice(0, 60))
  })
}

test('what every reader reads alike passes', () => {
  for (const text of [
    '0',
    '-0',
    '-0.0',
    '1E22',
    '1.5e-7',
    '0e99999',
    '9007199254740991',
    '-9007199254740991',
    '"\\ud83d\\ude00"',
    '"\u2028\u2029"',
    '"\u007f"',
    '"\\/\\b\\f"',
    '""',
    '[]',
    '{}',
    ' [ ] ',
    '{"":{"":[]}}',
    'null',
    '[null,1,"1",{}]',
    '{"a":1,"A":2}',
    '{"\u00e9":1,"e\u0301":2}',
    '['.repeat(64) + ']'.repeat(64),
  ])
    assert.deepEqual(plain(read(text)), plain(JSON.parse(text)), text)
})

test('names of prototypes are names as any other', () => {
  const value = read('{"__proto__":{"admin":true},"constructor":1}') as Record<string, unknown>
  assert.equal(Object.getPrototypeOf(value), null)
  assert.deepEqual(Object.keys(value), ['__proto__', 'constructor'])
  assert.equal(value['admin'], undefined)
})
