import { z } from 'zod'
import { type DocumentRules, readPolicyDocument } from '../../engines/iam/document.ts'
import { nodeOf } from '../../engines/iam/policy-node.ts'
import { canonicalPrincipal, type PrincipalMap, principalsOf } from '../../engines/iam/principal.ts'

/** Where a policy document is. */
export type PolicySource =
  /** `text` is null until the file was read. */
  | { readonly kind: 'file'; readonly at: Path; readonly file: string; readonly text: string | null }
  | { readonly kind: 'inline'; readonly at: Path; readonly document: unknown }

type Path = readonly (string | number)[]

/** Policies that are attached to a role, an identity or a caller. */
export interface Attachment {
  /** `role/NAME`, `identity/NAME` or `caller/IDENTITY/ID`. */
  readonly to: string
  readonly policies: readonly PolicySource[]
}

/** Settings of `require.resource-policy`. */
export interface ResourcePolicySettings {
  /** Resource policies: their statements name principals. Empty for none. */
  readonly policies: readonly PolicySource[]
  /** Identity policies: their statements name nobody. */
  readonly attach: readonly Attachment[]
  /** What decides where there are both kinds. */
  readonly evaluate: 'both' | 'either'
  readonly partition: string
  /** Null: no policy may name one. */
  readonly region: string | null
  readonly account: string | null
  readonly stage: string | null
  /** The id that stands for an API in ARNs, by the name of the API. */
  readonly apiIds: Readonly<Record<string, string>>
  /** The callers that names of AWS stand for. */
  readonly principals: Readonly<Record<string, string>>
}

const document = z.record(z.string(), z.unknown())
const source = z.union([z.string().min(1).max(4096), document])
const sources = z.union([source, z.array(source).min(1).max(1000)])
const ownPrincipal = z.string().refine((text) => principalsOf([text]) !== null, {
  error: 'not a principal\nWrite `role/NAME`, `identity/NAME` or `caller/IDENTITY/ID`.',
})
const segment = (what: string): z.ZodType<string, string> =>
  z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, `not ${what}\nWrite letters, digits, \`-\` and \`_\`.`)

const attachment = z
  .strictObject({
    role: z.string().min(1).max(200).optional().describe('Role that has the policies.'),
    identity: z.string().min(1).max(200).optional().describe('Identity whose callers all have the policies.'),
    caller: z
      .string()
      .regex(/^[^/]+\/./, 'not a caller\nWrite `identity/id`, as the record names it.')
      .max(500)
      .optional()
      .describe('Caller that has the policies: `identity/id`.'),
    policy: sources.describe('Files with identity policies, or the policies themselves; one or a list.'),
  })
  .refine((one) => [one.role, one.identity, one.caller].filter((name) => name !== undefined).length === 1, {
    error: 'not attached to one thing\nWrite exactly one of `role`, `identity` and `caller`.',
  })

const written = z.strictObject({
  policy: sources
    .optional()
    .describe('Files with resource policies (JSON), or the policies themselves; one or a list.'),
  attach: z
    .array(attachment)
    .min(1)
    .max(10_000)
    .optional()
    .describe('Identity policies, and the role, identity or caller that has them.'),
  evaluate: z
    .enum(['both', 'either'])
    .default('both')
    .describe('Where `policy` and `attach` are both written: whether both must allow, or one is enough.'),
  partition: segment('a partition').default('aws').describe('Partition in the ARN of requests.'),
  region: segment('a region').optional().describe('Region in the ARN of requests.'),
  account: z
    .string()
    .regex(/^\d{12}$/, 'not an account\nWrite its twelve digits, in quotes.')
    .optional()
    .describe('Account in the ARN of requests and callers.'),
  stage: segment('a stage').optional().describe('Stage in the ARN of requests.'),
  apiIds: z
    .record(z.string(), segment('the id of an API'))
    .default({})
    .describe('Ids that stand for APIs in ARNs, by name of the API.'),
  principals: z
    .record(z.string().min(1), ownPrincipal)
    .default({})
    .describe('Callers that principals of AWS stand for.'),
})

/** Principals by the name that is looked up. */
export function principalMap(principals: Readonly<Record<string, string>>): PrincipalMap {
  return new Map(Object.entries(principals).map(([name, own]) => [canonicalPrincipal(name), own]))
}

function sourcesOf(value: z.output<typeof sources>, at: Path): readonly PolicySource[] {
  const one = (item: z.output<typeof source>, place: Path): PolicySource =>
    typeof item === 'string'
      ? { kind: 'file', at: place, file: item, text: null }
      : { kind: 'inline', at: place, document: item }
  return Array.isArray(value) ? value.map((item, index) => one(item, [...at, index])) : [one(value, at)]
}

/** Schema of the settings. Documents that stand in the configuration are read here, so that faults have their lines. */
export const settings: z.ZodType<ResourcePolicySettings> = written.transform((input, context) => {
  const { policy, attach = [], region = null, account = null, stage = null, ...rest } = input
  if (policy === undefined && attach.length === 0)
    context.addIssue({
      code: 'custom',
      message: 'no policy\nWrite `policy`, `attach` or both.',
      input,
    })
  const principals = principalMap(rest.principals)
  const check = (list: readonly PolicySource[], rules: DocumentRules): void => {
    for (const one of list) {
      if (one.kind === 'file') continue
      const node = nodeOf(one.document)
      const read = node === null ? null : readPolicyDocument(node, rules)
      if (read === null)
        context.addIssue({
          code: 'custom',
          message: 'not a policy\nWrite what JSON can say.',
          input,
          path: [...one.at],
        })
      else if (!read.ok)
        for (const { path, message, remedy } of read.faults)
          context.addIssue({
            code: 'custom',
            message: `${message}\n${remedy}`,
            input,
            path: [...one.at, ...path],
          })
    }
  }
  const policies = policy === undefined ? [] : sourcesOf(policy, ['policy'])
  check(policies, { attached: null, principals })
  const attachments = attach.map((one, index): Attachment => {
    const { role, identity, caller } = one
    const to =
      role !== undefined
        ? `role/${role}`
        : identity !== undefined
          ? `identity/${identity}`
          : `caller/${caller}`
    const attached = principalsOf([to])
    if (attached === null)
      context.addIssue({
        code: 'custom',
        message: 'not a name\nWildcards and variables are none.',
        input,
        path: ['attach', index],
      })
    const own = sourcesOf(one.policy, ['attach', index, 'policy'])
    if (attached !== null) check(own, { attached, principals })
    return { to, policies: own }
  })
  return { ...rest, policies, attach: attachments, region, account, stage }
})
