import { z } from 'zod'
import { realm } from '../realm.ts'
import { compileName, type NameKind, nameKinds } from './name-pattern.ts'

/** What a certificate must have to be one of an identity: everything that the rule names. */
export interface NameRule {
  readonly commonName?: string | undefined
  readonly dns?: string | undefined
  readonly uri?: string | undefined
  readonly email?: string | undefined
  readonly subject?: string | undefined
  /** Distinguished name of the issuer, exactly. */
  readonly issuer?: string | undefined
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
}

/** What can name a caller. */
export type CallerName = NameKind | 'fingerprint'

/** Settings of an `mtls` identity. */
export interface MtlsSettings {
  readonly names: readonly NameRule[]
  /** Default: the first kind of name that the first rule asks for. */
  readonly caller: CallerName
  /** Protection space named in the challenge. Default `api`. */
  readonly realm: string
}

const name = (kind: NameKind, meaning: string): z.ZodType<string | undefined> =>
  z
    .string()
    .min(1)
    .max(1024)
    .regex(/^[^\p{C}]+$/u, 'a name has control characters\nLeave them out.')
    .superRefine((written, context) => {
      const pattern = compileName(kind, written)
      if (typeof pattern === 'string')
        context.addIssue({
          code: 'custom',
          message: `${pattern}\nWrite the name exactly, or with \`*\` there.`,
        })
    })
    .optional()
    .describe(meaning)

const granted = (meaning: string): z.ZodType<readonly string[], readonly string[] | undefined> =>
  z
    .array(z.string().regex(/^[\x21-\x7e]{1,200}$/, 'not a name\nWrite visible ASCII without spaces.'))
    .default([])
    .describe(meaning)

const rule: z.ZodType<NameRule> = z
  .strictObject({
    commonName: name('commonName', 'Common name of the subject; of a certificate that has exactly one.'),
    dns: name('dns', 'One of its DNS names.'),
    uri: name('uri', 'One of its URIs, such as a SPIFFE id.'),
    email: name('email', 'One of its e-mail addresses.'),
    subject: name('subject', 'The whole subject (RFC 4514), such as `CN=ada,O=Example`.'),
    issuer: z
      .string()
      .min(1)
      .max(1024)
      .optional()
      .describe('The whole name of the issuer, exactly: where several authorities are trusted.'),
    scopes: granted('Scopes of the callers that the rule matches.'),
    roles: granted('Roles of the callers that the rule matches.'),
  })
  .refine((one) => nameKinds.some((kind) => one[kind] !== undefined), {
    error: `the rule asks for no name, and would admit every certificate\nWrite one of ${nameKinds.map((kind) => `\`${kind}\``).join(', ')}.`,
  })

export const settings: z.ZodType<MtlsSettings> = z
  .strictObject({
    names: z
      .array(rule)
      .min(1)
      .max(10_000)
      .describe('Rules: a certificate that fits any of them names a caller of this identity.'),
    caller: z
      .enum([...nameKinds, 'fingerprint'])
      .optional()
      .describe('What the caller is known by. Default: the first kind of name in the first rule.'),
    realm,
  })
  .transform(({ names, caller, realm }) => ({ names, caller: caller ?? firstKind(names[0]!), realm }))

function firstKind(one: NameRule): NameKind {
  return nameKinds.find((kind) => one[kind] !== undefined)!
}
