import { claimOf } from '../admin/claim-text.ts'
import { StartError } from '../process/start-error.ts'

/** Claims as `--claim` writes them. */
export function claimOption(texts: readonly string[]): Readonly<Record<string, unknown>> {
  const claims: Record<string, unknown> = Object.create(null)
  for (const text of texts) {
    const claim = claimOf(text)
    if (claim === null) throw new StartError('Write a claim as `name=value`: JSON, or text.')
    claims[claim[0]] = claim[1]
  }
  return claims
}
