import type { z } from 'zod'
import type { Path } from '../read/tree.ts'
import type { Report } from '../report.ts'
import { complaintsOf } from './issues.ts'

/** Most complaints kept of one block: a generated file can repeat one mistake ten thousand times. */
const kept = 50

/** What a parse came to. */
export type ParseResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false }

/**
 * Parses a part of the configuration with a schema, and reports what the schema refuses with its place. `${env:N}`
 * always gives text: where the schema asks for a number or for yes or no, such text is read as one.
 */
export function parseWith<T>(
  schema: z.ZodType<T>,
  read: () => unknown,
  at: Path,
  report: Report,
): ParseResult<T> {
  let value = read()
  let result = schema.safeParse(value)
  if (!result.success && retype(result.error.issues, at, report)) {
    value = read()
    result = schema.safeParse(value)
  }
  if (result.success) return { ok: true, value: result.data }
  for (const { path, key, message, remedy } of complaintsOf(schema, value, result.error.issues).slice(
    0,
    kept,
  )) {
    if (key) report.refuseKey([...at, ...path], message, remedy)
    else report.refuse([...at, ...path], message, remedy)
  }
  return { ok: false }
}

/** Turns text that came from a reference into the number or boolean that is asked for. True when there was some. */
function retype(issues: readonly z.core.$ZodIssue[], at: Path, { tree }: Report): boolean {
  let changed = false
  for (const issue of issues) {
    if (issue.code !== 'invalid_type') continue
    const path = [...at, ...(issue.path as Path)]
    const text = tree.get(path)
    if (typeof text !== 'string' || !tree.isReferenced(path)) continue
    if (
      (issue.expected === 'number' || issue.expected === 'int') &&
      /^-?[0-9]{1,15}(\.[0-9]{1,6})?$/.test(text)
    ) {
      tree.set(path, Number(text))
      changed = true
    } else if (issue.expected === 'boolean' && (text === 'true' || text === 'false')) {
      tree.set(path, text === 'true')
      changed = true
    }
  }
  return changed
}
