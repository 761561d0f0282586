import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { printable, printableWord } from './printable.ts'

test('control, format and separator characters become escapes', () => {
  const cases: [string, string][] = [
    ['a\nb', 'a\\x0ab'],
    ['\r', '\\x0d'],
    ['\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
    ['\u009b31m', '\\x9b31m'],
    ['\u007f', '\\x7f'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['\u2066x\u2069', '\\u2066x\\u2069'],
    ['a\u200bb', 'a\\u200bb'],
    ['\u2028', '\\u2028'],
    ['\ufeff', '\\ufeff'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\ud800', '\\ud800'],
    ['\\x1b', '\\\\x1b'],
    ['Zoë 日本 ✓', 'Zoë 日本 ✓'],
  ]
  for (const [text, expected] of cases) assert.equal(printable(text), expected)
})

test('a word has no space of any kind', () => {
  assert.equal(printableWord('a b\u00a0c\u3000d'), 'a\\x20b\\xa0c\\u3000d')
})

test('the escaped form is one to one: two texts never look the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = printable(text)
      assert.doesNotMatch(shown, /[\p{C}\p{Zl}\p{Zp}]/u)
      const back = shown.replace(/\\(\\|x[0-9a-f]{2}|u\{[0-9a-f]+\}|u[0-9a-f]{4})/g, (_, escaped: string) =>
        escaped === '\\' ? '\\' : String.fromCodePoint(Number.parseInt(escaped.replace(/[xu{}]/g, ''), 16)),
      )
      assert.equal(back, text)
    }),
  )
})
