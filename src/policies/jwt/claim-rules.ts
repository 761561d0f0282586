import { z } from 'zod'
import { claimPath } from '../../config/schema/claim-path.ts'
import { type ClaimPath, claimAt, claimPathOf } from '../../engines/claims/claim-path.ts'
import type { Claims } from '../../gateway/facts.ts'

/** A value that a claim is compared with: never converted, so `"1"` is not `1`. */
export type Scalar = string | number | boolean

/** What one claim has to be; exactly one of the tests is there. */
export interface ClaimRule {
  readonly claim: string
  readonly equals?: Scalar | undefined
  readonly oneOf?: readonly Scalar[] | undefined
  readonly contains?: Scalar | undefined
  readonly exists?: boolean | undefined
}

const tests = ['equals', 'oneOf', 'contains', 'exists'] as const
const scalar = z.union([z.string().max(1000), z.number(), z.boolean()])

/** The schema of one rule. */
export const claimRule: z.ZodType<ClaimRule> = z
  .strictObject({
    claim: claimPath.describe('Path of the claim.'),
    equals: scalar.optional().describe('The claim is this value, of this type.'),
    oneOf: z.array(scalar).min(1).max(1000).optional().describe('The claim is one of these.'),
    contains: scalar
      .optional()
      .describe('The claim is a list with this value, or a text with this word between spaces.'),
    exists: z.boolean().optional().describe('The claim is there and not null; `false`: it is not.'),
  })
  .refine((rule) => tests.filter((name) => rule[name] !== undefined).length === 1, {
    error: 'a rule has one test\nWrite `claim` and one of `equals`, `oneOf`, `contains`, `exists`.',
  })

/** Rules with their paths parsed. */
export type ReadyRules = readonly (readonly [path: ClaimPath, rule: ClaimRule])[]

/** Parses the paths, once a plan. */
export function readyRules(rules: readonly ClaimRule[]): ReadyRules {
  return rules.map((rule) => [claimPathOf(rule.claim), rule])
}

/**
 * The first rule that the claims do not meet, as a sentence; or null. A claim of another type meets nothing. Neither
 * what was found nor what is asked for is in it: the one may be personal, the other a secret of the configuration.
 */
export function firstUnmet(claims: Claims, rules: ReadyRules): string | null {
  for (const [index, [path, rule]] of rules.entries()) {
    const value = claimAt(claims, path)
    if (meets(value, rule)) continue
    const found = value === undefined ? 'is absent' : `is there, as ${kindOf(value)}`
    const test = tests.find((name) => rule[name] !== undefined)!
    return `The claim "${rule.claim}" ${found}: that is not what rule ${index + 1} of \`require\` (\`${test}\`) asks for.`
  }
  return null
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`
}

function meets(value: unknown, { equals, oneOf, contains, exists }: ClaimRule): boolean {
  if (equals !== undefined) return value === equals
  if (oneOf !== undefined) return oneOf.some((one) => one === value)
  if (contains !== undefined) {
    if (Array.isArray(value)) return value.includes(contains)
    return typeof value === 'string' && value.split(' ').some((word) => word === contains)
  }
  return (value !== undefined && value !== null) === exists
}
