import { codes } from '../codes.ts'
import { suggest } from '../config/nearest.ts'
import type { Actor } from '../store/change.ts'
import type { Store } from '../store/store.ts'
import { actorOf } from './caller.ts'
import type { AdminHost } from './host.ts'
import { createKey, listKeys, reportLeakedKeys, revokeKey, rotateKey } from './keys-routes.ts'
import { type Page, type Problem, problemWith } from './reply.ts'
import { type Route, reads } from './route.ts'

/** Lists, issues, rotates and ends API keys. */
export const keyRoutes: readonly Route<AdminHost>[] = [
  reads<AdminHost>('/keys', 'keys.list', ({ store }, { parameters }) => listKeys(store, parameters)),
  {
    ...changesKeys('/keys', createKey),
    handle: (host, { body, caller }) =>
      withoutIdentity(host, body) ?? createKey(host.store, body, actorOf(caller!)),
  },
  changesKeys('/keys/rotate', rotateKey),
  changesKeys('/keys/revoke', revokeKey),
  changesKeys('/keys/leaked', reportLeakedKeys),
]

function changesKeys(
  path: string,
  change: (store: Store, body: unknown, actor: Actor) => Page | Problem,
): Route<AdminHost> {
  return {
    method: 'POST',
    path,
    needs: 'keys.change',
    takesBody: true,
    handle: ({ store }, { body, caller }) => change(store, body, actorOf(caller!)),
  }
}

/** A key of an identity that is not there would open nothing, and nobody would know why. */
function withoutIdentity(host: AdminHost, body: unknown): Problem | null {
  const identity = body !== null && typeof body === 'object' && 'identity' in body ? body.identity : undefined
  const names = host.identities().flatMap(({ name, type }) => (type === 'api-key' ? [name] : []))
  if (typeof identity !== 'string' || names.includes(identity)) return null
  return problemWith(codes.ADMIN_REQUEST_INVALID, {
    detail: `There is no api-key identity of this name. ${suggest(identity, names, 'api-key identity')}`,
  })
}
