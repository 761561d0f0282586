import { z } from 'zod'
import type { Policy } from '../../gateway/policy.ts'
import type { PathAllowance } from '../spec.ts'
import { bodySize } from './limits.ts'
import type { SizeText } from './size.ts'
import { flag, text } from './values.ts'

/** One item of `authenticate`: an identity, or several that are needed together. */
export type GroupInput = string | { all: readonly string[] }

/** Written out where being authenticated is enough. */
export const anyCaller = 'any-authenticated-caller'

/** What an API, a tag and an operation may all say, as written. Blocks of policies are added by their registry. */
export interface RulesInput {
  anonymous?: string | undefined
  authenticate?: readonly GroupInput[] | undefined
  authorize?: typeof anyCaller | undefined
  limits?: { body?: SizeText | undefined } | undefined
  allow?:
    | { path?: readonly PathAllowance[] | undefined; headerNames?: readonly string[] | undefined }
    | undefined
  service?: string | undefined
}

/** One entry of `apis` as written. */
export interface ApiInput extends RulesInput {
  openapi?: string | undefined
  hosts?: readonly string[] | undefined
  prefix?: string | undefined
  stripPrefix?: boolean | undefined
  upstreamPrefix?: string | undefined
  securitySchemes?: Readonly<Record<string, string>> | undefined
  undeclared?: 'refuse' | 'observe' | undefined
  undeclaredUntil?: string | undefined
}

/** Rules as parsed: `limits.body` in bytes. */
export interface RulesBlock extends Omit<RulesInput, 'limits'> {
  readonly limits?: { readonly body?: number | undefined } | undefined
}

/** One entry of `apis` as parsed. */
export interface ApiBlock extends Omit<ApiInput, 'limits'> {
  readonly limits?: { readonly body?: number | undefined } | undefined
  readonly routes?: Readonly<Record<string, RulesBlock>> | undefined
  readonly operations?: Readonly<Record<string, RulesBlock>> | undefined
}

/** The block of each policy that may stand in a block of rules: parsed later, by the policy's own schema. */
export function policyShape(policies: readonly Policy[], place: Policy['place']): Record<string, z.ZodType> {
  const shape: Record<string, z.ZodType> = {}
  for (const policy of policies)
    if (policy.place === place)
      shape[policy.name] = z
        .unknown()
        .optional()
        .meta({ policy: policy.name, description: `Settings of the policy \`${policy.name}\`.` })
  return shape
}

/** `require`: what each level adds. */
export function requireBlock(policies: readonly Policy[]): z.ZodType {
  return z.strictObject(policyShape(policies, 'requirement')).meta({
    description: 'Requirements. What an outer block demands, every inner one demands too: they only add.',
  })
}

const group = z.union([
  z.string().min(1),
  z.strictObject({
    all: z.array(z.string().min(1)).min(1).max(20).meta({ description: 'Identities needed together.' }),
  }),
])

function rulesShape(policies: readonly Policy[]): z.core.$ZodShape {
  return {
    anonymous: z
      .string()
      .trim()
      .min(1, 'open access needs a reason\nWrite why everybody may call this: `anonymous: "status page"`.')
      .max(500)
      .optional()
      .meta({ description: 'Open to everybody, and the reason why.' }),
    authenticate: z
      .array(group)
      .min(1, 'no way to authenticate\nName at least one identity, or write `anonymous` with a reason.')
      .max(50)
      .optional()
      .meta({
        description: 'Identities, any of which proves a caller; `{ all: [a, b] }` where both are needed.',
      }),
    authorize: z.literal(anyCaller).optional().meta({
      description:
        'Every caller that an identity proves may call. Without it, requirements or policies decide.',
    }),
    require: requireBlock(policies).optional(),
    limits: z
      .strictObject({ body: bodySize('Largest request body.').optional() })
      .optional()
      .meta({ description: 'Limits of its own.' }),
    allow: z
      .strictObject({
        path: z
          .array(z.enum(['semicolon', 'encoded-slash', 'double-slash', 'encoded-percent']))
          .optional()
          .meta({ description: 'Classes of ambiguous paths that pass, unchanged in form.' }),
        headerNames: z
          .array(
            z
              .string()
              .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/, 'not a header name\nWrite the name of a header.'),
          )
          .optional()
          .meta({ description: 'Header names with `_` or `.` that pass.' }),
      })
      .optional()
      .meta({ description: 'What is otherwise refused on the wire.' }),
    service: text('Service the requests go to.').optional(),
    ...policyShape(policies, 'setting'),
  }
}

/** Block of one operation, route or tag. */
export function rulesBlock(policies: readonly Policy[]): z.ZodType<RulesBlock> {
  // The keys of policies are known only at run time; the type names those that every block has.
  return z.strictObject(rulesShape(policies)) as unknown as z.ZodType<RulesBlock>
}

/** One entry of `apis`. */
export function apiBlock(policies: readonly Policy[]): z.ZodType<ApiBlock> {
  const rules = rulesBlock(policies)
  return z.strictObject({
    openapi: text('OpenAPI document (2.0, 3.0, 3.1, 3.2), relative to the configuration file.').optional(),
    routes: z
      .record(z.string(), z.union([rules, z.null().transform(() => ({}))]))
      .optional()
      .meta({ description: 'Operations without a document: `"GET /orders/{id}": { … }`.' }),
    hosts: z
      .array(z.string())
      .min(1)
      .max(1000)
      .optional()
      .meta({ description: 'Hosts it answers for.', fallback: 'every host' }),
    prefix: z.string().optional().meta({
      description: 'Path before every template.',
      fallback: 'path of the first of the document’s `servers`',
    }),
    stripPrefix: flag('Whether `prefix` is removed before the request goes upstream.')
      .optional()
      .meta({ fallback: 'false' }),
    upstreamPrefix: z
      .string()
      .optional()
      .meta({ description: 'Path put before the path that goes upstream.' }),
    securitySchemes: z
      .record(z.string(), z.string().min(1))
      .optional()
      .meta({ description: 'Scheme of the document → identity, or `ignore`.' }),
    operations: z
      .record(z.string(), z.union([rules, z.null().transform(() => ({}))]))
      .optional()
      .meta({
        description:
          'Rules for single operations of the document: by `operationId`, `"METHOD /template"` or `"tag:name"`.',
      }),
    undeclared: z.enum(['refuse', 'observe']).optional().meta({
      description:
        'Paths the document does not declare: refused, or (while it is being completed) forwarded, counted and listed.',
      fallback: 'refuse',
    }),
    undeclaredUntil: z
      .string()
      .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, 'not a day\nWrite the last day as `2026-12-31`.')
      .optional()
      .meta({ description: 'Last day of `undeclared: observe`.' }),
    ...rulesShape(policies),
  }) as unknown as z.ZodType<ApiBlock>
}
