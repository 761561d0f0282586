import { normalizePath } from './normalize-path.ts'
import { normalizeQuery } from './normalize-query.ts'
import type { Target, TargetProblem } from './target.ts'

/**
 * Brings the path and query of a request target (origin-form, RFC 9112 §3.2.1, one latin1 character an octet) to
 * normal form, into `target`. Returns null, or why it is refused; `target` then means nothing.
 */
export function normalizeTarget(text: string, target: Target): TargetProblem | null {
  target.query = ''
  const mark = text.indexOf('?')
  if (mark < 0) return normalizePath(text, target)
  const problem = normalizePath(text.slice(0, mark), target)
  return problem ?? normalizeQuery(text.slice(mark + 1), target)
}
