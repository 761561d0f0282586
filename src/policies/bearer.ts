import type { RequestView } from '../gateway/policy.ts'
import type { Verdict } from '../gateway/verdict.ts'

/** What is answered where there is no token to judge. Made once a plan. */
export interface BearerVerdicts {
  readonly absent: Verdict
  readonly repeated: Verdict
  readonly otherScheme: Verdict
}

const scheme = 'bearer '

/**
 * The token of a request, or the verdict where there is none: from `Authorization` by RFC 6750 §2.1, whose scheme knows
 * no case (RFC 9110 §11.1), or the bare value of a header of its own.
 */
export function tokenOf(
  request: RequestView,
  header: string | null,
  { absent, repeated, otherScheme }: BearerVerdicts,
): string | Verdict {
  const name = header ?? 'authorization'
  const value = request.header(name)
  if (value === undefined) return absent
  // Two tokens have two readings: which one counted would depend on who reads (T24, T44).
  if (request.headerCount(name) > 1) return repeated
  if (header !== null) return value
  if (value.slice(0, scheme.length).toLowerCase() !== scheme) return otherScheme
  let start = scheme.length
  while (value.charCodeAt(start) === 0x20) start++
  return value.slice(start)
}
