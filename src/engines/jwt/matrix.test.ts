import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Algorithm } from './algorithms.ts'
import {
  goodClaims,
  headerOf,
  keySet,
  rulesOf,
  signers,
  signText,
  signValues,
  verdictOf,
} from './harness.test.ts'
import { type Row, rows } from './matrix-rows.test.ts'

const types: readonly unknown[] = [7, 'text', [7], { a: 1 }, null, true, false]
const typeOf = (value: unknown): string =>
  Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
/** Whether the row says itself what values of this type come to. */
const isListed = (row: Row, value: unknown): boolean =>
  (typeof value !== 'object' || value === null) &&
  row.values.some(([other]) => typeOf(other) === typeOf(value))

/** One algorithm of each scheme: no rule depends on it, and that is checked too. */
const tried: readonly Algorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256']
const sets = new Map(tried.map((algorithm) => [algorithm, keySet(signers[algorithm].publicJwk)]))

let cells = 0
for (const row of rows) {
  const where = row.rules === undefined ? '' : ` with ${JSON.stringify(row.rules)}`
  test(`${row.name}${where}`, () => {
    for (const algorithm of tried) runRow(row, algorithm)
  })
}

test('the matrix is as large as it is said to be', () => {
  console.log(JSON.stringify({ suite: 'S6', matrix: 'token rules', rows: rows.length, cells }))
  assert.ok(cells >= 4000, String(cells))
})

function runRow(row: Row, algorithm: Algorithm): void {
  const signer = signers[algorithm]
  const rules = rulesOf(algorithm, row.rules)
  const header: Record<string, unknown> = { ...headerOf(signer), ...(rules.rfc9068 ? { typ: 'at+jwt' } : {}) }
  if (rules.types !== null && !rules.rfc9068) header['typ'] = 'at+jwt'
  const claims: Record<string, unknown> = { ...goodClaims }
  const inHeader = row.name.startsWith('header.')
  const name = inHeader ? row.name.slice(7) : row.name
  const holder = inHeader ? header : claims
  const rest = Object.fromEntries(Object.entries(holder).filter(([key]) => key !== name))
  const check = (token: string, expected: string, what: string): void => {
    cells++
    const found = verdictOf(token, sets.get(algorithm) ?? keySet(), rules)
    assert.equal(found, expected, `${algorithm} ${row.name}: ${what}`)
  }
  const withText = (text: string | Buffer): string =>
    inHeader ? signText(text, JSON.stringify(claims), signer) : signText(JSON.stringify(header), text, signer)
  /** The object with the raw JSON text of the member in front. */
  const withMember = (...members: string[]): string =>
    `{${[...members, JSON.stringify(rest).slice(1)].join(',')}`.replace(/,}$/, '}')
  const key = JSON.stringify(name)

  check(inHeader ? signValues(rest, claims, signer) : signValues(header, rest, signer), row.absent, 'absent')
  for (const value of types.filter((one) => !isListed(row, one)))
    check(withText(withMember(`${key}:${JSON.stringify(value)}`)), row.wrongType, `type ${typeOf(value)}`)
  for (const [value, expected] of row.values)
    check(
      withText(withMember(`${key}:${JSON.stringify(value)}`)),
      expected,
      JSON.stringify(value).slice(0, 60),
    )

  const good = JSON.stringify(holder[name] ?? row.values.find(([, verdict]) => verdict === 'ok')?.[0] ?? 'x')
  const spelt = `"\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}"`
  for (const twin of [key, spelt]) {
    for (const other of [good, '"other"', 'null', '0'])
      for (const order of [
        [`${key}:${good}`, `${twin}:${other}`],
        [`${twin}:${other}`, `${key}:${good}`],
      ])
        check(withText(withMember(...order)), 'TOKEN_MALFORMED', `twice: ${order}`)
  }
  // The name in another spelling is the same name, and decides the same.
  check(
    withText(withMember(`${spelt}:7`)),
    verdictOf(withText(withMember(`${key}:7`)), sets.get(algorithm) ?? keySet(), rules),
    'escaped name',
  )
  for (const bad of [
    '"\\ud800"',
    '"\\x41"',
    '"a\nb"',
    '01',
    '1e999',
    '9007199254740993',
    'NaN',
    "'a'",
    '',
    '"a',
  ])
    check(withText(withMember(`${key}:${bad}`)), 'TOKEN_MALFORMED', `encoding ${bad}`)
  for (const bad of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82]]) {
    const text = withMember(`${key}:"#"`)
    const [before = '', after = ''] = text.split('#')
    check(
      withText(Buffer.concat([Buffer.from(before), Buffer.from(bad), Buffer.from(after)])),
      'TOKEN_MALFORMED',
      `bytes ${bad}`,
    )
  }
}
