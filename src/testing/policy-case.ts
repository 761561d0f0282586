import { z } from 'zod'

const fields = z.record(
  z.string().regex(/^[a-z0-9!#$%&'*+.^_`|~-]+$/),
  z.union([z.string(), z.array(z.string())]),
)
const expectedFields = z.record(z.string(), z.string().nullable())
const caller = z.strictObject({ id: z.string(), identity: z.string() })

/** One row of `cases.json`: settings, a request, and what must come of it. */
export const policyCase: z.ZodType<PolicyCase> = z.strictObject({
  name: z.string().min(1),
  config: z.unknown(),
  identity: z.string().optional(),
  keys: z
    .array(z.strictObject({ key: z.string(), id: z.string(), owner: z.string(), identity: z.string() }))
    .default([]),
  request: z.strictObject({
    method: z.string().default('GET'),
    path: z.string().default('/'),
    headers: fields.default({}),
    clientAddress: z.string().default('192.0.2.1'),
    facts: z.strictObject({ caller: caller.optional() }).default({}),
  }),
  response: z
    .strictObject({
      status: z.int().default(200),
      headers: fields.default({}),
      local: z.boolean().default(false),
    })
    .optional(),
  expect: z.strictObject({
    verdict: z.enum(['pass', 'skip', 'deny', 'answer']),
    code: z.string().optional(),
    headers: expectedFields.default({}),
    caller: caller.optional(),
    upstream: expectedFields.default({}),
    response: expectedFields.default({}),
  }),
})

/** Header lines by lower-case name; several lines as a list. */
export type CaseFields = Readonly<Record<string, string | string[]>>
/** Values by lower-case name; null where the header must be absent. */
export type ExpectedFields = Readonly<Record<string, string | null>>

/** One row of `cases.json`, with its defaults. */
export interface PolicyCase {
  readonly name: string
  /** Settings as a user writes them. */
  readonly config?: unknown
  /** Name of the configured instance. Default: the name of the policy. */
  readonly identity?: string | undefined
  /** API keys that the gateway knows. */
  readonly keys: readonly { key: string; id: string; owner: string; identity: string }[]
  readonly request: {
    readonly method: string
    readonly path: string
    readonly headers: CaseFields
    readonly clientAddress: string
    /** What earlier policies found out. */
    readonly facts: { readonly caller?: { id: string; identity: string } | undefined }
  }
  /** The answer that the response phases work on. */
  readonly response?: { status: number; headers: CaseFields; local: boolean } | undefined
  readonly expect: {
    readonly verdict: 'pass' | 'skip' | 'deny' | 'answer'
    /** Of a denial. */
    readonly code?: string | undefined
    /** Headers that the verdict brings. */
    readonly headers: ExpectedFields
    /** The caller that is known afterwards. */
    readonly caller?: { id: string; identity: string } | undefined
    /** Headers as the upstream gets them. */
    readonly upstream: ExpectedFields
    /** Headers as the client gets them. */
    readonly response: ExpectedFields
  }
}
