import { z } from 'zod'
import { type Answer, answer } from '../gateway/verdict.ts'

/** What clients are told about the API, so that they find out where its tokens come from (RFC 9728). */
export interface ProtectedResource {
  /** Identifier of the resource: its `https` address, without query and fragment. */
  readonly identifier: string
  readonly authorizationServers: readonly string[]
  readonly scopes: readonly string[]
  readonly documentation: string | null
}

/** The same as it is written. */
export interface WrittenProtectedResource {
  readonly identifier: string
  readonly authorizationServers?: readonly string[] | undefined
  readonly scopes: readonly string[]
  readonly documentation?: string | undefined
}

const httpsAddress = z
  .url({ protocol: /^https$/, error: 'not an address\nWrite one with `https://`.' })
  .max(2048)
  .refine((text) => !/[^\x21-\x7e]|["\\]/.test(text), {
    error: 'not an address\nWrite visible ASCII characters.',
  })

/** Schema of the setting. */
export const protectedResource: z.ZodType<WrittenProtectedResource> = z.strictObject({
  identifier: httpsAddress
    .refine((text) => !/[?#]/.test(text), {
      error: 'an identifier has neither query nor fragment\nWrite the address of the API.',
    })
    .describe('Address of the API, as clients know it.'),
  authorizationServers: z
    .array(z.url({ protocol: /^https?$/ }).max(2048))
    .min(1)
    .max(20)
    .describe('Issuers that clients may get tokens from. Default: the issuer of the identity.')
    .optional(),
  scopes: z
    .array(
      z
        .string()
        .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/, 'not a scope\nWrite visible ASCII without spaces.'),
    )
    .max(200)
    .describe('Scopes that clients may ask for.')
    .default([]),
  documentation: httpsAddress.describe('Address of a page for developers.').optional(),
})

/** The setting, completed. */
export function protectedResourceOf(
  { identifier, authorizationServers, scopes, documentation }: WrittenProtectedResource,
  issuer: string,
): ProtectedResource {
  return {
    identifier,
    authorizationServers: authorizationServers ?? [issuer],
    scopes,
    documentation: documentation ?? null,
  }
}

/** Where the metadata stand: the well-known path before the path of the resource (RFC 9728 §3.1). */
export function metadataPath({ identifier }: ProtectedResource): string {
  const { pathname } = new URL(identifier)
  return `/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}`
}

/** The same as a whole address, for the challenge (RFC 9728 §5.1). */
export function metadataAddress(resource: ProtectedResource): string {
  return new URL(metadataPath(resource), resource.identifier).href
}

/** The metadata (RFC 9728 §2). They are public, for every origin. */
export function metadataAnswer(
  { identifier, authorizationServers, scopes, documentation }: ProtectedResource,
  header: string | null,
): Answer {
  const metadata = {
    resource: identifier,
    authorization_servers: authorizationServers,
    bearer_methods_supported: header === null ? ['header'] : [],
    ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
    ...(documentation === null ? {} : { resource_documentation: documentation }),
  }
  return answer(
    200,
    [
      ['content-type', 'application/json'],
      ['cache-control', 'public, max-age=3600'],
      ['access-control-allow-origin', '*'],
      ['x-content-type-options', 'nosniff'],
    ],
    JSON.stringify(metadata),
  )
}
