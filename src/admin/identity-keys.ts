import type { PublicJwk } from '../engines/jwt-signing/signing-key.ts'
import { type Page, page } from './reply.ts'

/** What the route needs of the process. */
export interface IdentityKeysHost {
  /** Public keys of everything that the gateway signs. */
  publicKeys(): readonly PublicJwk[]
}

/** Where services fetch the keys, by the custom of those who publish some. */
export const identityKeysPath = '/.well-known/jwks.json'

/** The key set (RFC 7517 §5) by which services verify who the gateway says is calling. Nothing in it is secret. */
export function identityKeys(host: IdentityKeysHost): Page {
  return page(200, 'application/jwk-set+json', `${JSON.stringify({ keys: host.publicKeys() })}\n`)
}
