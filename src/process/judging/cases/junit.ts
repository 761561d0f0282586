import { printable } from '../../../observe/printable.ts'
import type { ReportedCase } from './render-cases.ts'

/**
 * The cases as JUnit XML, in the form that GitLab, Jenkins and GitHub actions read. Control characters, which no
 * XML 1.0 document may hold even escaped (§2.2), are written out.
 */
export function junitXml(cases: readonly ReportedCase[], suite: string): string {
  const failures = cases.filter(({ ok }) => !ok).length
  const counts = `tests="${cases.length}" failures="${failures}" errors="0"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="${escaped(suite)}" ${counts} skipped="0">`,
    ...cases.map(testCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function testCase(one: ReportedCase): string {
  const name = `${one.number}. ${one.who} ${one.request} → ${one.expect}${one.why === null ? '' : ` (${one.why})`}`
  const open = `    <testcase classname="authorization" name="${escaped(name)}" file="${escaped(one.at)}"`
  if (one.ok) return `${open}/>`
  const message = escaped(`expected ${one.expect}, got ${one.got}`)
  const text = [one.at, ...one.because].map(escaped).join('\n')
  return `${open}>\n      <failure message="${message}">${text}</failure>\n    </testcase>`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Non-characters such as U+FFFF are unassigned, so `printable` has written them out too. */
function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => entities[character]!)
}
