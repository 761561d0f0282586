import { z } from 'zod'
import { codes } from '../codes.ts'
import { suggest } from '../config/nearest.ts'
import type { RevocationKind } from '../store/revocations/revocation-index.ts'
import { revocationKinds } from '../store/revocations/revocation-request.ts'
import { type AdminCaller, actorOf } from './caller.ts'
import type { AdminHost } from './host.ts'
import { may } from './permissions.ts'
import { json, type Problem, problemWith } from './reply.ts'
import { changes, pageOf, type Route, reads } from './route.ts'
import { endOf, timeSpan } from './time-span.ts'

const added = z.strictObject({
  kind: z.enum(revocationKinds),
  value: z.string(),
  identity: z.string().optional(),
  before: z.int().min(0).optional(),
  for: timeSpan.optional(),
  reason: z.string().optional(),
})
const removed = z.strictObject({ id: z.string().max(100) })

/** Lists, adds and takes back revocations. */
export const revocationRoutes: readonly Route<AdminHost>[] = [
  reads<AdminHost>('/revocations', 'revocations.list', (host, { parameters }) => {
    const asked = pageOf(parameters)
    if (typeof asked === 'string') return problemWith(codes.ADMIN_REQUEST_INVALID, { detail: asked })
    return json(200, host.store.revocations.page(asked.limit, asked.before))
  }),
  changes('/revocations', 'tokens.revoke', added, (host, { for: span, identity, ...rest }, caller) => {
    const names = host.identities().map(({ name }) => name)
    if (identity !== undefined && !names.includes(identity))
      return problemWith(codes.ADMIN_REQUEST_INVALID, {
        detail: `There is no identity of this name. ${suggest(identity, names, 'identity')}`,
      })
    return (
      tooMuch(caller, rest.kind) ??
      json(201, host.store.revocations.add(actorOf(caller), { ...rest, identity, expires: endOf(span) }))
    )
  }),
  changes('/revocations/remove', 'tokens.revoke', removed, (host, { id }, caller) => {
    const { revocations } = host.store
    const stored = revocations.get(id)
    if (stored === undefined) return problemWith(codes.ADMIN_NOT_FOUND)
    const refusal = tooMuch(caller, stored.kind)
    if (refusal !== null) return refusal
    return revocations.remove(actorOf(caller), id)
      ? json(200, { removed: id })
      : problemWith(codes.ADMIN_NOT_FOUND)
  }),
]

/** Who manages keys may revoke single tokens; whole subjects, keys of issuers and certificates take an operator. */
function tooMuch({ role }: AdminCaller, kind: RevocationKind): Problem | null {
  if (kind === 'token' || may(role, 'revocations.change')) return null
  return problemWith(codes.ADMIN_NOT_ALLOWED, { detail: `The role ${role} revokes tokens only.` })
}
