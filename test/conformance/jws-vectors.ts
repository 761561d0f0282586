/**
 * S5: published vectors of signatures and keys (Project Wycheproof, RFC 7515, RFC 8037) and variants of good tokens made
 * here. Prints one line of JSON.
 */
import { algorithms, isAlgorithm } from '../../src/engines/jwt/algorithms.ts'
import { parseCompact } from '../../src/engines/jwt/compact.ts'
import { keySet, rulesOf, signers, tokenOf, verdictOf } from '../../src/engines/jwt/harness.test.ts'
import { KeySet } from '../../src/engines/jwt/keys.ts'
import { provingKey } from '../../src/engines/jwt/verify.ts'
import { readVectors, type Vector } from './jws-vectors-files.ts'
import { rfcExamples } from './jws-vectors-rfc.ts'
import { variantsOf } from './jws-vectors-variants.ts'

/** What a run came to. */
export interface VectorResult {
  readonly suite: 'S5'
  readonly published: number
  /** Why the published files were not read; null if they were. */
  readonly skipped: string | null
  /** Vectors with a twin, byte for byte, that carries the opposite label: nobody can satisfy both. */
  readonly contradictory: number
  readonly variants: number
  readonly falseAccepts: readonly string[]
  /** Vectors labelled valid that are refused. */
  readonly falseRefusals: readonly string[]
}

/** Runs all vectors. `download` fetches the published ones when they are not there. */
export function runVectors(download = true): VectorResult {
  const vectors = readVectors(download)
  const published = typeof vectors === 'string' ? [] : vectors
  const inputs = new Map<string, Set<boolean>>()
  for (const vector of published) {
    const labels = inputs.get(inputOf(vector)) ?? new Set()
    inputs.set(inputOf(vector), labels.add(vector.isValid))
  }
  const falseAccepts: string[] = []
  const falseRefusals: string[] = []
  let contradictory = 0
  for (const vector of published) {
    const isAccepted = accepts(vector.jws, vector.jwks)
    const name = `${vector.file} ${vector.id} ${vector.comment}`
    if (isAccepted === vector.isValid) continue
    if (inputs.get(inputOf(vector))?.size === 2) contradictory++
    else (isAccepted ? falseAccepts : falseRefusals).push(name)
  }
  for (const { name, jws, jwk } of rfcExamples) {
    if (!accepts(jws, { keys: [jwk] })) falseRefusals.push(name)
  }
  let variants = 0
  for (const algorithm of algorithms) {
    const signer = signers[algorithm]
    const keys = keySet(signer.publicJwk)
    if (verdictOf(tokenOf(signer), keys, rulesOf(algorithm)) !== 'ok') falseRefusals.push(`good ${algorithm}`)
    for (const { name, text } of variantsOf(signer)) {
      variants++
      if (verdictOf(text, keys, rulesOf(algorithm)) === 'ok') falseAccepts.push(`${algorithm}: ${name}`)
    }
  }
  return {
    suite: 'S5',
    published: published.length + rfcExamples.length,
    skipped: typeof vectors === 'string' ? vectors : null,
    contradictory,
    variants,
    falseAccepts,
    falseRefusals,
  }
}

const inputOf = ({ jws, jwks }: Vector): string => JSON.stringify([jws, jwks])

/** The payloads of the vectors are no claims, so that only the signature and the key are judged. */
function accepts(jws: string, jwks: unknown): boolean {
  const parsed = parseCompact(jws)
  const keys = KeySet.fromJwks(jwks, { symmetric: true })
  if ('fault' in parsed || typeof keys === 'string' || !isAlgorithm(parsed.algorithm)) return false
  return !('fault' in provingKey(parsed, keys, parsed.algorithm))
}

if (import.meta.main) console.log(JSON.stringify(runVectors()))
