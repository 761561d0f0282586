import { codes } from '../codes.ts'
import { suggest } from '../config/nearest.ts'
import { type AdminCaller, actorOf } from './caller.ts'
import type { AdminHost } from './host.ts'
import { createKey, listKeys, reportLeakedKeys, revokeKey, rotateKey } from './keys-routes.ts'
import { type Page, type Problem, problemWith } from './reply.ts'
import { type Route, reads } from './route.ts'

/** Lists, issues, rotates and ends API keys. */
export const keyRoutes: readonly Route<AdminHost>[] = [
  reads<AdminHost>('/keys', 'keys.list', ({ store }, { parameters }) => listKeys(store, parameters)),
  changesKeys('/keys', (host, body, caller) => {
    const identity = memberOf(body, 'identity')
    return (
      unknownIdentity(host, identity) ??
      escalation(host, identity, caller) ??
      createKey(host.store, body, actorOf(caller))
    )
  }),
  changesKeys('/keys/rotate', (host, body, caller) => {
    const identity = host.store.keys.get(memberOf(body, 'id') ?? '')?.identity
    return escalation(host, identity, caller) ?? rotateKey(host.store, body, actorOf(caller))
  }),
  changesKeys('/keys/revoke', ({ store }, body, caller) => revokeKey(store, body, actorOf(caller))),
  changesKeys('/keys/leaked', ({ store }, body, caller) => reportLeakedKeys(store, body, actorOf(caller))),
]

function changesKeys(
  path: string,
  handle: (host: AdminHost, body: unknown, caller: AdminCaller) => Page | Problem,
): Route<AdminHost> {
  return {
    method: 'POST',
    path,
    needs: 'keys.change',
    takesBody: true,
    handle: (host, { body, caller }) => handle(host, body, caller!),
  }
}

/** A key of an identity that is not there would open nothing, and nobody would know why. */
function unknownIdentity(host: AdminHost, identity: string | undefined): Problem | null {
  const names = host.identities().flatMap(({ name, type }) => (type === 'api-key' ? [name] : []))
  if (identity === undefined || names.includes(identity)) return null
  return problemWith(codes.ADMIN_REQUEST_INVALID, {
    detail: `There is no api-key identity of this name. ${suggest(identity, names, 'api-key identity')}`,
  })
}

/** A key with the right scope may be an administrator: who only manages keys must not make itself one. */
function escalation(host: AdminHost, identity: string | undefined, { role }: AdminCaller): Problem | null {
  if (role === 'admin' || !host.identities().some((one) => one.name === identity && one.administers))
    return null
  return problemWith(codes.ADMIN_NOT_ALLOWED, {
    detail: 'Keys of this identity may administer the gateway: only the role admin issues them.',
  })
}

function memberOf(body: unknown, name: 'identity' | 'id'): string | undefined {
  const value =
    body !== null && typeof body === 'object' ? (body as Record<string, unknown>)[name] : undefined
  return typeof value === 'string' ? value : undefined
}
