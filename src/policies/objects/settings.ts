import { z } from 'zod'
import { claimPath } from '../../config/schema/claim-path.ts'
import { parseClaimPath } from '../../engines/claims/claim-path.ts'
import { atLeastOne } from '../name-list.ts'

/** Callers that rules do not hold for: one of the lists is enough. */
export interface Except {
  readonly identities?: readonly string[] | undefined
  readonly roles?: readonly string[] | undefined
  readonly scopes?: readonly string[] | undefined
}

/** One rule about the object of an operation. Exactly one of the keys that say what is compared or limited. */
export interface Rule {
  readonly path?: string | undefined
  readonly query?: string | undefined
  readonly body?: string | undefined
  /** For `query` and `body`: what is not there is no fault. */
  readonly optional?: boolean | undefined
  readonly read?: { readonly by: string; readonly at: string } | undefined
  readonly answer?: string | undefined
  readonly list?:
    | { readonly at: string; readonly owner: string; readonly others: 'remove' | 'refuse' }
    | undefined
  readonly set?: readonly string[] | undefined
  readonly hide?: { readonly fields: readonly string[]; readonly in: string | null } | undefined
  readonly claim?: string | undefined
  readonly except?: Except | undefined
}

/** What holds for one operation: rules, all of which must be met, or none and why. */
export type OperationRules = readonly Rule[] | { readonly free: string }

/** Settings of `objects`. */
export interface ObjectsSettings {
  /** Path of the claim that objects belong by; null for the id of the caller. */
  readonly claim: string | null
  /** Identities whose callers the rules hold for; null for all. */
  readonly identities: readonly string[] | null
  readonly except: Except
  /** What another's object is answered with: as if there were none (404), or 403. */
  readonly others: 'hide' | 'forbid'
  readonly operations: Readonly<Record<string, OperationRules>>
}

const name = z.string().min(1).max(256)

const except: z.ZodType<Except> = z.strictObject({
  identities: atLeastOne(name, 'identity').optional().describe('Callers of these identities.'),
  roles: atLeastOne(name, 'role').optional().describe('Callers with one of these roles.'),
  scopes: atLeastOne(name, 'scope').optional().describe('Callers with one of these scopes.'),
})

/** A member of JSON: names with dots between them, as in paths of claims. */
const member = z.string().refine((text) => parseClaimPath(text) !== null, {
  error: 'not the path of a member\nWrite names with dots between them: `order.customer`.',
})

const compared = ['path', 'query', 'body', 'read', 'answer', 'list'] as const
const limited = ['set', 'hide'] as const

const inList = z
  .union([z.literal(''), member])
  .describe("Where the list is; '' where it is the answer itself.")

const rule: z.ZodType<Rule> = z
  .strictObject({
    path: name.optional().describe('Parameter of the path that must be the caller’s.'),
    query: name
      .optional()
      .describe('Parameter of the query that must be the caller’s, and stand there once.'),
    body: member.optional().describe('Member of the body that must be the caller’s.'),
    optional: z.boolean().optional().describe('Whether the parameter or the member may be left out.'),
    read: z
      .strictObject({
        by: name.describe('Operation that the object is read by first.'),
        at: member.describe('Member of what it answers that must be the caller’s.'),
      })
      .optional()
      .describe('Reads the object first.'),
    answer: member.optional().describe('Member of the answer that must be the caller’s.'),
    list: z
      .strictObject({
        at: inList,
        owner: member.describe('Member of each element that must be the caller’s.'),
        others: z.enum(['remove', 'refuse']).describe('What becomes of elements of others.'),
      })
      .optional()
      .describe('Judges each element of a list in the answer.'),
    set: atLeastOne(name, 'field').optional().describe('The only fields that the body may have.'),
    hide: z
      .union([
        atLeastOne(member, 'field').transform((fields) => ({ fields, in: null })),
        z.strictObject({
          fields: atLeastOne(member, 'field').describe('Members that are taken out.'),
          in: inList,
        }),
      ])
      .optional()
      .describe('Takes members out of the answer.'),
    claim: claimPath.optional().describe('Claim that this rule compares with.'),
    except: except.optional().describe('Callers that this rule does not hold for.'),
  })
  .refine((one) => [...compared, ...limited].filter((key) => one[key] !== undefined).length === 1, {
    error:
      'a rule says one thing\nWrite exactly one of `path`, `query`, `body`, `read`, `answer`, `list`, `set` and `hide`; several rules make a list.',
  })
  .refine(
    ({ optional, query, body }) => optional === undefined || query !== undefined || body !== undefined,
    {
      path: ['optional'],
      error: 'only a query parameter and a member of the body may be left out\nRemove `optional`.',
    },
  )
  .refine((one) => one.claim === undefined || compared.some((key) => one[key] !== undefined), {
    path: ['claim'],
    error: '`set` and `hide` compare nothing with a claim\nRemove `claim`.',
  })

const operation: z.ZodType<OperationRules> = z.union([
  z.strictObject({ free: z.string().trim().min(1).max(500).describe('Why no rule holds for it.') }),
  rule.transform((one) => [one]),
  z.array(rule).min(1).max(50),
])

/** Schema of the settings. */
export const settings: z.ZodType<ObjectsSettings> = z.strictObject({
  claim: claimPath
    .optional()
    .transform((path) => path ?? null)
    .describe('Claim that objects belong by; the id of the caller when left out.'),
  identities: atLeastOne(name, 'identity')
    .optional()
    .transform((list) => list ?? null)
    .describe('Identities whose callers the rules hold for; all when left out.'),
  except: except
    .default({})
    .describe('Callers that the rules do not hold for, by `identities`, `roles` or `scopes`.'),
  others: z
    .enum(['hide', 'forbid'])
    .default('hide')
    .describe(
      "What another's object is answered with: `hide` is 404, as if there were none; `forbid` is 403.",
    ),
  operations: z
    .record(name, operation)
    .describe(
      'Rules of each operation of the API that asks for a credential, or `free` and why there are none.',
    ),
})
