import type { Algorithm } from '../engines/jwt/algorithms.ts'
import type { KeySet } from '../engines/jwt/keys.ts'

/** Why a set can verify no token by these algorithms, in a sentence; null when it can. */
export function unusable(set: KeySet, algorithms: readonly Algorithm[]): string | null {
  if (set.keys.some((key) => algorithms.some((one) => key.algorithms.includes(one)))) return null
  return `The key set has no key for ${algorithms.join(', ')}. ${set.refused[0] ?? ''}`.trimEnd()
}
