import { z } from 'zod'
import { codes } from '../codes.ts'
import { suggest } from '../config/nearest.ts'
import { actorOf } from './caller.ts'
import type { AdminHost } from './host.ts'
import { json, problemWith } from './reply.ts'
import { changes, type Route, reads } from './route.ts'
import { timeSpan } from './time-span.ts'

const given = z.strictObject({
  caller: z.string().max(320),
  role: z.string().max(200),
  for: timeSpan,
  reason: z.string().max(500),
})
const ended = z.strictObject({ id: z.string().max(100) })

/** Lists, gives and ends roles for a time. */
export const grantRoutes: readonly Route<AdminHost>[] = [
  reads<AdminHost>('/grants', 'grants.list', (host, { parameters }) => {
    const all = parameters.get('all')
    if (all !== null && all !== 'true')
      return problemWith(codes.ADMIN_REQUEST_INVALID, { detail: 'Write `all=true`, or leave it out.' })
    return json(200, { grants: host.store.grants.list(all === 'true') })
  }),
  changes('/grants', 'grants.change', given, (host, { for: lasts, ...rest }, caller) => {
    const names = host.identities().map(({ name }) => name)
    const identity = rest.caller.split('/', 1)[0]!
    if (!names.includes(identity))
      return problemWith(codes.ADMIN_REQUEST_INVALID, {
        detail: `There is no identity of this name. ${suggest(identity, names, 'identity')}`,
      })
    // Nobody decides about himself: who administers by an identity may not lift that very caller.
    if (caller.name === rest.caller)
      return problemWith(codes.ADMIN_NOT_ALLOWED, { detail: 'Nobody gives a role to himself.' })
    return json(201, host.store.grants.give(actorOf(caller), { kind: 'grant', lasts, ...rest }))
  }),
  changes('/grants/end', 'grants.change', ended, (host, { id }, caller) =>
    host.store.grants.end(actorOf(caller), id)
      ? json(200, { ended: id })
      : problemWith(codes.ADMIN_NOT_FOUND),
  ),
]
