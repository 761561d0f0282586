import type { Policy } from '../gateway/policy.ts'
import { access } from './access/access.ts'
import { addresses } from './addresses/addresses.ts'
import { apiKey } from './api-key/api-key.ts'
import { authorizer } from './authorizer/authorizer.ts'
import { basic } from './basic/basic.ts'
import { callerToken } from './caller-token/caller-token.ts'
import { cors } from './cors/cors.ts'
import { csrf } from './csrf/csrf.ts'
import { headers } from './headers/headers.ts'
import { introspection } from './introspection/introspection.ts'
import { jwt } from './jwt/jwt.ts'
import { mtls } from './mtls/mtls.ts'
import { objects } from './objects/objects.ts'
import { oidc } from './oidc/oidc.ts'
import { resourcePolicy } from './resource-policy/resource-policy.ts'
import { roles } from './roles/roles.ts'
import { scopes } from './scopes/scopes.ts'
import { serviceToken } from './service-token/service-token.ts'

/** Refuses two policies of one name: the second would silently replace the first. */
export function registryOf(list: readonly Policy[]): readonly Policy[] {
  const names = new Set<string>()
  for (const policy of list) {
    if (names.has(policy.name)) throw new Error(`two policies are named "${policy.name}"`)
    names.add(policy.name)
  }
  return Object.freeze([...list])
}

/**
 * Every policy of the product. Within one phase they run in this order: `cors` before `headers`, which leaves out
 * what would contradict a CORS answer; `service-token` and `caller-token` last, so that no fixed header stands in their
 * place.
 */
export const policies: readonly Policy[] = registryOf([
  addresses,
  scopes,
  roles,
  access,
  resourcePolicy,
  authorizer,
  apiKey,
  basic,
  introspection,
  jwt,
  mtls,
  oidc,
  csrf,
  objects,
  cors,
  headers,
  serviceToken,
  callerToken,
])
