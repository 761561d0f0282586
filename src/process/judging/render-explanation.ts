import { printable } from '../../observe/printable.ts'
import type { ExplainedRequest } from './explained-request.ts'

/** The explanation for people. */
export function renderExplanation(e: ExplainedRequest): string {
  const lines = [`${e.method} ${e.path}`]
  if (e.api !== null) lines.push(`  ${e.api} · ${e.operation}   ${e.declaredAt}`)
  const wide = (least: number, texts: readonly string[]): number =>
    Math.max(least, ...texts.map((text) => text.length))
  const [phase, policy, verdict] = [
    wide(
      13,
      e.steps.map((step) => step.phase),
    ),
    wide(
      20,
      e.steps.map((step) => step.policy),
    ),
    wide(
      12,
      e.steps.map((step) => step.verdict),
    ),
  ]
  for (const step of e.steps)
    lines.push(
      `  ${step.phase.padEnd(phase)} ${step.policy.padEnd(policy)} ${step.verdict.padEnd(verdict)} ${step.where}   ${step.source}`,
    )
  lines.push(`  → ${outcomeOf(e)}${callerOf(e)}`)
  if (e.reason !== null) lines.push(`    ${e.reason}`)
  if (e.help !== null) lines.push(`    ${e.help}`)
  for (const { policy, rule } of e.decidedBy) lines.push(`    decided by ${policy}: ${rule}`)
  if (e.whyNot !== null) lines.push(`    nearest: ${e.whyNot}`)
  if (e.upstream !== null) lines.push(`    forwarded to ${e.upstream}`)
  // Names come from documents, and a remote gateway's answer from wherever `--admin` points.
  return lines.map((line) => `${printable(line)}\n`).join('')
}

/** What came of it, in a few words. */
export function outcomeOf({ verdict, status, code }: ExplainedRequest): string {
  if (code !== null) return `${verdict}: ${status} ${code}`
  if (verdict === 'needs-object') return 'needs the object: tell what the service holds with --object'
  if (verdict === 'needs-body') return 'needs the body: tell it with --body'
  return `${verdict}${status === null ? '' : ` (${status})`}`
}

function callerOf({ caller, callerHas }: ExplainedRequest): string {
  if (caller === null) return ''
  const has = Object.entries(callerHas ?? {}).flatMap(([name, list]: [string, readonly string[]]) =>
    list.length === 0 ? [] : [`${name} ${list.join(' ')}`],
  )
  return ` as ${caller}${has.length === 0 ? '' : ` (${has.join('; ')})`}`
}
