import type { SeededRandom } from '../support/seeded-random.ts'

const bytes = [
  '\0',
  '\t',
  '\n',
  '\v',
  '\f',
  '\r',
  ' ',
  '\x7f',
  '\x80',
  '\xa0',
  '\xff',
  ':',
  ';',
  ',',
  '_',
  '.',
  '-',
  '+',
  '0',
  '/',
  '\\',
  '%',
  '#',
  '"',
]
const endings = [
  '\n',
  '\r',
  '\r\r\n',
  '\n\r',
  '\r\n\r\n',
  '\r\n ',
  '\r\n\t',
  '',
  ' \r\n',
  '\0\r\n',
  '\x0b\r\n',
]
// biome-ignore format: a table with several entries a line
const lines = [
  'Content-Length: 5', 'Content-Length: 0', 'content-length:5', 'Content-Length : 5', 'Content-Length: +5', 'Content-Length: 5, 5', 'Content_Length: 5',
  'Transfer-Encoding: chunked', 'transfer-encoding:chunked', 'Transfer-Encoding : chunked', 'Transfer-Encoding: xchunked', 'Transfer-Encoding:\x0bchunked',
  'Transfer_Encoding: chunked', 'Transfer-Encoding: identity', ' Transfer-Encoding: chunked', 'Host: localhost', 'Host: other', 'Connection: close',
  'Connection: Content-Length', 'Connection: Transfer-Encoding', 'Expect: 100-continue', 'Upgrade: h2c', 'TE: trailers', 'X: y', 'X', ': y', '',
]
const sizes = [
  '0',
  '00',
  '-1',
  '+5',
  '0x5',
  '5 ',
  ' 5',
  '5;a',
  '5;\n',
  '5\n',
  'ffffffffffffffff',
  '',
  'g',
  '05',
  '5\r',
]

type Mutation = (text: string, random: SeededRandom) => string

const splice = (text: string, at: number, remove: number, insert: string): string =>
  text.slice(0, at) + insert + text.slice(at + remove)

/** Changes at one place of some kind, or gives the text back where there is none. */
function atSome(text: string, what: RegExp, random: SeededRandom, change: (found: string) => string): string {
  const found = [...text.matchAll(what)]
  if (found.length === 0) return text
  const one = random.pick(found)
  return splice(text, one.index, one[0].length, change(one[0]))
}

// biome-ignore format: a table with several entries a line
const mutations: readonly Mutation[] = [
  (text, random) => splice(text, random.below(text.length + 1), 0, random.pick(bytes)),
  (text, random) => splice(text, random.below(text.length + 1), 1, random.pick(bytes)),
  (text, random) => splice(text, random.below(text.length + 1), 1, ''),
  (text, random) => splice(text, random.below(text.length + 1), 0, String.fromCharCode(random.below(256))),
  (text, random) => atSome(text, /\r\n/g, random, () => random.pick(endings)),
  (text, random) => atSome(text, /\r\n/g, random, () => `\r\n${random.pick(lines)}\r\n`),
  (text, random) => atSome(text, /:/g, random, () => random.pick([' :', '\t:', '::', ': ', ':\t', '', '\x0b:', ':\r\n '])),
  (text, random) => atSome(text, /[A-Za-z]/g, random, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())),
  (text, random) => atSome(text, /[^\r\n]+\r\n/g, random, (line) => line + line),
  (text, random) => atSome(text, /[^\r\n]+\r\n/g, random, () => ''),
  (text, random) => atSome(text, /\r\n[0-9a-f]+\r\n/g, random, () => `\r\n${random.pick(sizes)}\r\n`),
  (text, random) => atSome(text, / /g, random, () => random.pick(['', '  ', '\t', '\xa0', '\r\n '])),
  (text, random) => atSome(text, /[-]/g, random, () => random.pick(['_', '.', '', '--', ' '])),
  (text, random) => atSome(text, /[0-9]/g, random, () => String(random.below(20))),
  (text, random) => text.slice(0, random.below(text.length + 1)),
]

/** A message with one to three changes of the kinds that attackers make. */
export function mutate(text: string, random: SeededRandom): string {
  let mutated = text
  for (let changes = 1 + random.below(3); changes > 0; changes--)
    mutated = random.pick(mutations)(mutated, random)
  return mutated
}
