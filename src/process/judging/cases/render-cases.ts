import { sourceText } from '../../../config/render.ts'
import { printable } from '../../../observe/printable.ts'
import type { CaseOutcome } from './run-cases.ts'

/** What is told of a case, for people and programs. */
export interface ReportedCase {
  readonly number: number
  readonly at: string
  readonly who: string
  readonly request: string
  readonly expect: string
  readonly got: string
  readonly ok: boolean
  readonly why: string | null
  /** Sentences: what decided, and what would have to be otherwise. */
  readonly because: readonly string[]
}

/** The outcomes as they are told. Nothing of headers, bodies and objects, which may hold credentials. */
export function reportedCases(outcomes: readonly CaseOutcome[], cwd: string): ReportedCase[] {
  return outcomes.map(({ case: one, ok, got, explained, problem }) => ({
    number: one.number,
    at: sourceText(one.source, cwd),
    who: one.who,
    request: `${one.question.method} ${one.question.url}`,
    expect: String(one.expect),
    got,
    ok,
    why: one.why,
    because: [
      ...(problem === null ? [] : [problem]),
      ...(explained?.reason == null ? [] : [explained.reason]),
      ...(explained?.decidedBy ?? []).map(({ policy, rule }) => `decided by ${policy}: ${rule}`),
      ...(explained?.whyNot == null ? [] : [`nearest: ${explained.whyNot}`]),
    ],
  }))
}

/** The cases that went otherwise, with why, and the count. */
export function renderCases(cases: readonly ReportedCase[]): string {
  const failed = cases.filter(({ ok }) => !ok)
  const lines = failed.flatMap((one) => [
    `${one.at}: ${one.who} · ${one.request}`,
    `  expected ${one.expect}, got ${one.got}${one.why === null ? '' : `   (${one.why})`}`,
    ...one.because.map((sentence) => `    ${sentence}`),
  ])
  lines.push(
    failed.length === 0
      ? `${cases.length} cases, all as expected`
      : `${cases.length} cases, ${failed.length} not as expected`,
  )
  return lines.map((line) => `${printable(line)}\n`).join('')
}
