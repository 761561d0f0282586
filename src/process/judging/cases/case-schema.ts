import { z } from 'zod'
import { codes } from '../../../codes.ts'

const text = z.string().min(1).max(4096)
const names = z.array(text).max(200)
/** What is told as text is taken as it is; anything else is written as JSON. */
const told = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.unknown()),
  z.record(z.string(), z.unknown()),
])

/** What a case may expect, beside a status and a code. */
const outcomes = ['allow', 'deny', 'answer', 'needs-object'] as const

const expectation = z.union([
  z.enum(outcomes),
  z.int().min(100).max(599),
  z.string().refine((code) => Object.hasOwn(codes, code), {
    error:
      'not an outcome\nWrite `allow`, `deny`, `answer`, `needs-object`, a status such as 403, or a code such as ROLE_MISSING.',
  }),
])

const request = z
  .string()
  .regex(/^[A-Z][A-Z-]{0,31} \S+$/, 'not a request\nWrite the method and the path: `GET /orders/1001`.')

/** A case as it is written. */
export interface WrittenCase {
  readonly as?: string | undefined
  readonly anonymous?: true | undefined
  readonly scopes?: readonly string[] | undefined
  readonly roles?: readonly string[] | undefined
  readonly claims?: Readonly<Record<string, unknown>> | undefined
  readonly request: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly from?: string | undefined
  readonly at?: string | undefined
  readonly body?: unknown
  readonly object?: unknown
  readonly expect: string | number
  readonly why?: string | undefined
}

const caseSchema: z.ZodType<WrittenCase> = z
  .strictObject({
    as: text.describe('Caller, as `identity/id`.').optional(),
    anonymous: z
      .literal(true)
      .describe('Nobody: the request has no credential but in its headers.')
      .optional(),
    scopes: names.optional(),
    roles: names.optional(),
    claims: z.record(z.string().min(1).max(256), z.unknown()).optional(),
    request,
    headers: z.record(z.string().min(1).max(256), z.string().max(65_536)).optional(),
    from: text.optional(),
    at: z.iso.datetime({ offset: true, error: 'not a time\nWrite it as 2026-11-24T09:00:00Z.' }).optional(),
    body: told.optional(),
    object: told.optional(),
    expect: expectation,
    why: text.optional(),
  })
  .superRefine((one, context) => {
    const issue = (message: string): void => context.addIssue({ code: 'custom', message })
    if ((one.as === undefined) === (one.anonymous === undefined))
      issue('nobody says who asks\nWrite `as: identity/id`, or `anonymous: true`.')
    else if (one.anonymous === true && (one.scopes ?? one.roles ?? one.claims) !== undefined)
      issue('scopes, roles and claims of nobody\nWrite `as: identity/id` in place of `anonymous: true`.')
  })

/** A file of cases. */
export const caseFileSchema: z.ZodType<CaseFile> = z.strictObject({
  cases: z.array(caseSchema).min(1).max(100_000),
})

/** A file of cases as it was written. */
export interface CaseFile {
  readonly cases: readonly WrittenCase[]
}
