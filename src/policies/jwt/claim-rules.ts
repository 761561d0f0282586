import { z } from 'zod'
import type { Claims } from '../../gateway/facts.ts'
import { type ClaimPath, claimAt, claimPath, claimPathOf } from '../claim-path.ts'

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

/** The first rule that the claims do not meet, or null. A claim of another type meets nothing. */
export function firstUnmet(claims: Claims, rules: ReadyRules): ClaimRule | null {
  for (const [path, rule] of rules) if (!meets(claimAt(claims, path), rule)) return rule
  return null
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
