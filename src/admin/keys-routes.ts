import { z } from 'zod'
import { codes } from '../codes.ts'
import type { Actor } from '../store/change.ts'
import { LeakSearch } from '../store/keys/key-leaks.ts'
import type { KeyFilter } from '../store/keys/key-rows.ts'
import type { Store } from '../store/store.ts'
import { StoreError } from '../store/store-error.ts'
import { bodyAs } from './json-body.ts'
import { json, type Page, type Problem, problemWith } from './reply.ts'
import { endTime, overlapSpan } from './time-span.ts'

const state = z.enum(['live', 'expired', 'revoked'])
const id = z.string().max(64)
const mostAtOnce = 1000
const listParameters = z.strictObject({
  identity: z.string().max(200).optional(),
  owner: z.string().max(200).optional(),
  label: z
    .string()
    .max(300)
    .regex(/^[^=]+=/, 'write `name=value`')
    .optional(),
  state: state.optional(),
  after: id.optional(),
  limit: z.coerce.number().int().min(1).max(mostAtOnce).default(100),
})

const newKey = z.strictObject({
  identity: z.string(),
  owner: z.string(),
  scopes: z.array(z.string()).default([]),
  labels: z.record(z.string(), z.string()).default({}),
  networks: z.array(z.string()).default([]),
  expires: endTime.nullable().default(null),
})
const rotation = z.strictObject({ id, overlap: overlapSpan.optional(), expires: endTime.optional() })
const revocation = z.strictObject({ id })
const leak = z.strictObject({ text: z.string(), dryRun: z.boolean().default(false) })

const unknownKey = (): Problem =>
  problemWith(codes.ADMIN_REQUEST_INVALID, {
    detail: 'No live key has this id: `GET /keys?state=live` lists those that are.',
  })

/** `GET /keys`: a page of keys, oldest first. `next` is the `after` of the page behind it, or null. */
export function listKeys(store: Store, parameters: URLSearchParams): Page | Problem {
  if (new Set(parameters.keys()).size !== parameters.size) return invalid('Give each parameter once.')
  return checked(listParameters, Object.fromEntries(parameters), ({ label, limit, ...rest }) => {
    const equals = label?.indexOf('=') ?? 0
    const filter: KeyFilter = {
      ...rest,
      label: label === undefined ? undefined : [label.slice(0, equals), label.slice(equals + 1)],
      limit: limit + 1,
    }
    const found = store.keys.list(filter)
    const keys = found.slice(0, limit)
    return json(200, { keys, next: found.length > limit ? keys.at(-1)!.id : null })
  })
}

/** `POST /keys`: issues a key. The answer is the only place where it stands. */
export function createKey(store: Store, body: unknown, actor: Actor): Page | Problem {
  return checked(newKey, body, (asked) => json(201, store.keys.create(actor, asked)))
}

/** `POST /keys/rotate`: issues a key in place of another, which ends after `overlap` (24 h). */
export function rotateKey(store: Store, body: unknown, actor: Actor): Page | Problem {
  return checked(rotation, body, ({ id, overlap, expires }) => {
    const issued = store.keys.rotate(actor, id, { overlapMs: overlap, expires })
    if (issued === null) return unknownKey()
    return json(201, { ...issued, replaces: id, ends: store.keys.get(id)?.expires ?? null })
  })
}

/** `POST /keys/revoke`: ends a key at once. */
export function revokeKey(store: Store, body: unknown, actor: Actor): Page | Problem {
  return checked(revocation, body, ({ id }) =>
    store.keys.revoke(actor, id) ? json(200, { revoked: id }) : unknownKey(),
  )
}

/** `POST /keys/leaked`: finds keys in a text and revokes them, unless `dryRun`. */
export function reportLeakedKeys(store: Store, body: unknown, actor: Actor): Page | Problem {
  return checked(leak, body, ({ text, dryRun }) => {
    const search = new LeakSearch(store.keys, actor, dryRun)
    search.take(Buffer.from(text))
    return json(200, search.end())
  })
}

/** Runs `use` with what was asked, or says what is wrong with it. */
function checked<T>(schema: z.ZodType<T>, asked: unknown, use: (value: T) => Page | Problem): Page | Problem {
  const read = bodyAs(schema, asked)
  if (!read.ok) return read.problem
  try {
    return use(read.value)
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    return invalid(`${error.message}.`)
  }
}

function invalid(detail: string): Problem {
  return problemWith(codes.ADMIN_REQUEST_INVALID, { detail })
}
