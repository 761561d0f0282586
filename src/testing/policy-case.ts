import { z } from 'zod'
import type { JsonPath } from '../engines/json/json.ts'
import type { ClientCertificate } from '../gateway/policy.ts'
import type { Revocation } from '../store/revocations/revocation-index.ts'

const fields = z.record(
  z.string().regex(/^[a-z0-9!#$%&'*+.^_`|~-]+$/),
  z.union([z.string(), z.array(z.string())]),
)
const expectedFields = z.record(
  z.string(),
  z.union([z.string(), z.null(), z.strictObject({ pattern: z.string().min(1) })]),
)
const names = z.array(z.string())
const clientCertificate: z.ZodType<ClientCertificate> = z.strictObject({
  problem: z.string().nullable().default(null),
  thumbprint: z.string().default(''),
  fingerprint: z.string().default(''),
  subject: z.string().default(''),
  commonName: z.string().nullable().default(null),
  dnsNames: names.default([]),
  uris: names.default([]),
  emails: names.default([]),
  serial: z.string().default('1'),
  issuer: z.string().default(''),
  notBefore: z.number().default(0),
  notAfter: z.number().default(4_102_444_800),
})
const key: z.ZodType<CaseKey> = z.strictObject({
  key: z.string(),
  id: z.string(),
  owner: z.string(),
  identity: z.string(),
  scopes: names.optional(),
  labels: z.record(z.string(), z.string()).optional(),
  networks: names.optional(),
  created: z.iso.datetime().optional(),
  expires: z.iso.datetime().optional(),
})
/** What is left out is not looked at. */
const caller: z.ZodType<CaseCaller> = z.strictObject({
  id: z.string(),
  identity: z.string(),
  scopes: names.optional(),
  roles: names.optional(),
  claims: z.record(z.string(), z.unknown()).optional(),
  ambient: z.boolean().optional(),
})

/** One row of `cases.json`: settings, a request, and what must come of it. */
export const policyCase: z.ZodType<PolicyCase> = z.strictObject({
  name: z.string().min(1),
  config: z.unknown(),
  identity: z.string().optional(),
  keys: z.array(key).default([]),
  control: z.unknown().optional(),
  answer: z.unknown().optional(),
  revocations: z
    .array(
      z.strictObject({
        kind: z.enum(['token', 'subject', 'session', 'key', 'certificate']),
        identity: z.string().default(''),
        value: z.string(),
        before: z.number().nullable().default(null),
      }),
    )
    .default([]),
  request: z.strictObject({
    method: z.string().default('GET'),
    path: z.string().default('/'),
    api: z.string().default('orders'),
    operation: z.string().default('getOrder'),
    at: z.iso.datetime().optional(),
    query: z.string().default(''),
    body: z.string().default(''),
    headers: fields.default({}),
    clientAddress: z.string().default('192.0.2.1'),
    clientCertificate: clientCertificate.optional(),
    facts: z.strictObject({ caller: caller.optional() }).default({}),
  }),
  object: z.strictObject({ status: z.int().default(200), json: z.unknown().optional() }).optional(),
  response: z
    .strictObject({
      status: z.int().default(200),
      headers: fields.default({}),
      local: z.boolean().default(false),
      json: z.unknown().optional(),
    })
    .optional(),
  expect: z.strictObject({
    verdict: z.enum(['pass', 'skip', 'deny', 'answer']),
    code: z.string().optional(),
    headers: expectedFields.default({}),
    caller: caller.optional(),
    upstream: expectedFields.default({}),
    response: expectedFields.default({}),
    removed: z.array(z.array(z.union([z.string(), z.int()]))).optional(),
  }),
})

/** Header lines by lower-case name; several lines as a list. */
export type CaseFields = Readonly<Record<string, string | string[]>>
/** Values by lower-case name; null where the header must be absent, a pattern where the value is another each time. */
export type ExpectedFields = Readonly<Record<string, string | null | { readonly pattern: string }>>

/** An API key that the gateway issued and did not revoke. */
export interface CaseKey {
  readonly key: string
  readonly id: string
  readonly owner: string
  readonly identity: string
  readonly scopes?: readonly string[] | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
  readonly networks?: readonly string[] | undefined
  /** RFC 3339, UTC. Default: 1970. */
  readonly created?: string | undefined
  /** RFC 3339, UTC. Default: never. */
  readonly expires?: string | undefined
}

export interface CaseCaller {
  readonly id: string
  readonly identity: string
  readonly scopes?: readonly string[] | undefined
  readonly roles?: readonly string[] | undefined
  readonly claims?: Readonly<Record<string, unknown>> | undefined
  /** Default of a caller that a request comes with: false. */
  readonly ambient?: boolean | undefined
}

/** One row of `cases.json`, with its defaults. */
export interface PolicyCase {
  readonly name: string
  /** Settings as a user writes them. */
  readonly config?: unknown
  /** Name of the configured instance. Default: the name of the policy. */
  readonly identity?: string | undefined
  /** API keys that the gateway knows. */
  readonly keys: readonly CaseKey[]
  /** What the control half has published. */
  readonly control?: unknown
  /** What the control half answers, to whatever question; without it, nobody answers. */
  readonly answer?: unknown
  /** What was revoked before. */
  readonly revocations: readonly Revocation[]
  readonly request: {
    readonly method: string
    /** One of the policy's own pages is served. */
    readonly path: string
    /** Name of the API and of the operation that it was matched to. */
    readonly api?: string | undefined
    readonly operation?: string | undefined
    /** When it came, RFC 3339, UTC. Default: now. */
    readonly at?: string | undefined
    readonly query?: string | undefined
    readonly body?: string | undefined
    readonly headers: CaseFields
    readonly clientAddress: string
    readonly clientCertificate?: ClientCertificate | undefined
    /** What earlier policies found out. */
    readonly facts: { readonly caller?: CaseCaller | undefined }
  }
  /** The answer that the response phases work on. */
  readonly response?: { status: number; headers: CaseFields; local: boolean; json?: unknown } | undefined
  /** What the service answers to the gateway's own read of the object. */
  readonly object?: CaseObject | undefined
  readonly expect: {
    readonly verdict: 'pass' | 'skip' | 'deny' | 'answer'
    /** Of a denial. */
    readonly code?: string | undefined
    /** Headers that the verdict brings. */
    readonly headers: ExpectedFields
    /** The caller that is known afterwards. */
    readonly caller?: CaseCaller | undefined
    /** Headers as the upstream gets them. */
    readonly upstream: ExpectedFields
    /** Headers as the client gets them. */
    readonly response: ExpectedFields
    /** What is taken out of the answer's body. */
    readonly removed?: readonly JsonPath[] | undefined
  }
}

/** An answer with an object. */
export interface CaseObject {
  readonly status: number
  readonly json?: unknown
}
