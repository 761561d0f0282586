import { z } from 'zod'
import { claimPath } from './claim-path.ts'
import { name } from './values.ts'

/** Whom a role is given to: callers of an identity, all of them or those with a claim. */
export interface RoleConditionInput {
  identity: string
  claim?: string | undefined
  anyOf?: readonly string[] | undefined
}

/** One entry of `roles` as written. */
export interface RoleInput {
  includes?: readonly string[] | undefined
  callers?: readonly string[] | undefined
  when?: readonly RoleConditionInput[] | undefined
}

/** Name of a role, as it stands in tokens. */
const role = z.string().min(1).max(200)

const condition = z
  .strictObject({
    identity: name.meta({ description: 'Identity that proves the caller.' }),
    claim: claimPath.optional().meta({
      description: 'Path of a claim, a label of a key (`labels.team`) or a name of a certificate (`dns`).',
    }),
    anyOf: z
      .array(z.string().min(1).max(1000))
      .min(1)
      .max(1000)
      .optional()
      .meta({ description: 'Values of the claim, one of which is enough; compared exactly.' }),
  })
  .refine(({ claim, anyOf }) => (claim === undefined) === (anyOf === undefined), {
    error: 'a claim goes with the values that count\nWrite both `claim` and `anyOf`, or none of them.',
  })

/** The section `roles`. */
export const roles: z.ZodType<Readonly<Record<string, RoleInput>>> = z
  .record(
    role,
    z.union([
      z.strictObject({
        includes: z
          .array(role)
          .max(200)
          .optional()
          .meta({ description: 'Roles that whoever has this one has too.' }),
        callers: z
          .array(z.string().regex(/^[^/]{1,64}\/.{1,256}$/, 'not a caller\nWrite `identity/id`.'))
          .max(10_000)
          .optional()
          .meta({ description: 'Callers that have it, as `identity/id`.' }),
        when: z
          .array(condition)
          .max(200)
          .optional()
          .meta({ description: 'Conditions, one of which is enough.' }),
      }),
      z.null().transform(() => ({})),
    ]),
  )
  .default({})
  .meta({
    description: 'Roles: who has them beside those whose credential says so, and which others each includes.',
  }) as unknown as z.ZodType<Readonly<Record<string, RoleInput>>>
