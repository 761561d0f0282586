import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { junitXml } from './junit.ts'
import type { ReportedCase } from './render-cases.ts'

const one: ReportedCase = {
  number: 1,
  at: 'cases.yaml:2:5',
  who: 'staff/ada',
  request: 'GET /orders',
  expect: 'allow',
  got: 'deny 403 ROLE_MISSING',
  ok: false,
  why: null,
  because: ['it says so'],
}

test('a failure has its message and its place', () => {
  const xml = junitXml([one, { ...one, number: 2, ok: true, why: 'a <reason> & "more"' }], 'cases.yaml')
  assert.match(xml, /<testsuites tests="2" failures="1" errors="0">/)
  assert.match(
    xml,
    /<failure message="expected allow, got deny 403 ROLE_MISSING">cases.yaml:2:5\nit says so</,
  )
  assert.match(xml, /\(a &lt;reason&gt; &amp; &quot;more&quot;\)"/)
})

test('whatever texts say, the report is XML of one reading', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\u0000', ']]>', '<!--', '&#0;', '\ud800', '\uffff', '"\'', '\u202e', '<?x'),
  )
  fc.assert(
    fc.property(text, text, text, text, fc.boolean(), (who, request, why, because, ok) => {
      const xml = junitXml([{ ...one, who, request, why, because: [because], ok }], who)
      assert.deepEqual(elementsOf(xml), ['testsuites', 'testsuite', 'testcase'].concat(ok ? [] : ['failure']))
    }),
  )
})

const value = `"(?:[^<&"]|&(?:amp|lt|gt|quot|apos);)*"`
const tag = new RegExp(
  String.raw`<(\/?)([a-z]+)((?: [a-z]+=${value})*)(\/?)>|(?:[^<&]|&(?:amp|lt|gt|quot|apos);)+`,
  'y',
)

/** Reads the few productions that a report may have (XML 1.0 §2.2, §2.3, §3.1), and no other. */
function elementsOf(xml: string): string[] {
  assert.match(xml, /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u)
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>'
  assert.ok(xml.startsWith(declaration))
  const open: string[] = []
  const names: string[] = []
  tag.lastIndex = declaration.length
  while (tag.lastIndex < xml.length) {
    const at = tag.lastIndex
    const found = tag.exec(xml)
    assert.ok(found !== null, `no XML at ${xml.slice(at, at + 40)}`)
    const [, closing, name, , empty] = found
    if (name === undefined) continue
    if (closing === '/') assert.equal(open.pop(), name)
    else {
      names.push(name)
      if (empty !== '/') open.push(name)
    }
  }
  assert.deepEqual(open, [])
  return names
}
