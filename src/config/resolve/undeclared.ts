import type { Report } from '../report.ts'
import type { Api } from './api.ts'
import type { Decision } from './authentication.ts'
import type { Declared } from './declared.ts'

/** A path that an API lets through while its document is being completed. */
export interface Undeclared {
  readonly declared: Declared
  /** Last day, ISO date. */
  readonly until: string
}

/**
 * Resolves `undeclared: observe`: only behind authentication of the API block itself, and only up to a day that is
 * asked for. After that day it means `refuse`. Null when paths that are not declared are refused.
 */
export function resolveUndeclared(
  { block, at, document }: Api,
  decision: Decision | null,
  today: string,
  report: Report,
): Undeclared | null {
  if (block.undeclared !== 'observe') {
    if (block.undeclaredUntil !== undefined)
      report.refuseKey(
        [...at, 'undeclaredUntil'],
        '`undeclaredUntil` without `undeclared: observe`',
        'Remove it.',
      )
    return null
  }
  const path = [...at, 'undeclared']
  const until = block.undeclaredUntil
  if (document === null)
    report.refuse(
      path,
      '`undeclared: observe` is for APIs with a document',
      'Write the routes, or remove it.',
    )
  if (decision?.authentication.kind !== 'required') {
    report.refuse(
      path,
      '`undeclared: observe` needs authentication in the block of the API itself',
      'Write `authenticate: [identity]` in the API.',
    )
    return null
  }
  if (until === undefined) {
    report.refuse(
      path,
      '`undeclared: observe` needs an end',
      `Write the last day: \`undeclaredUntil: ${nextMonth(today)}\`.`,
    )
    return null
  }
  if (!isDay(until)) {
    report.refuse([...at, 'undeclaredUntil'], `\`${until}\` is no day`, 'Write the last day as `2026-12-31`.')
    return null
  }
  const source = report.tree.keyOf(path)
  if (until < today) {
    report.find(
      source,
      `\`undeclared: observe\` of ${at.join('.')} ended on ${until}: undeclared paths are refused`,
      'Declare them in the document, or write a later day.',
    )
    return null
  }
  report.open(source, `${at.join('.')} forwards undeclared paths until ${until}`)
  const declared: Declared = {
    name: 'undeclared',
    method: '*',
    template: '/*',
    tags: [],
    own: null,
    security: null,
    bodyDeclared: false,
    headerNames: [],
    source,
  }
  return { declared, until }
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

function nextMonth(today: string): string {
  return new Date(Date.parse(`${today}T00:00:00Z`) + 30 * 86_400_000).toISOString().slice(0, 10)
}
