import type { z } from 'zod'
import { codes } from '../codes.ts'
import { StoreError } from '../store/store-error.ts'
import type { AdminCaller } from './caller.ts'
import type { Needs } from './guard.ts'
import type { AdminHost } from './host.ts'
import { bodyAs } from './json-body.ts'
import { type Page, type Problem, problemWith } from './reply.ts'

/** A request that the guard let through, as handlers see it. */
export interface AdminRequest {
  readonly parameters: URLSearchParams
  /** Value of `Accept`. */
  readonly accept: string
  /** Value of the JSON body; undefined where the route takes none. */
  readonly body: unknown
  /** Null where the route needs none. */
  readonly caller: AdminCaller | null
}

export interface Route<Host> {
  readonly method: 'GET' | 'POST'
  /** Compared byte by byte: no prefix, no decoding, nothing to traverse (T56). */
  readonly path: string
  readonly needs: Needs
  /** Whether it reads a JSON body. */
  readonly takesBody: boolean
  readonly handle: (host: Host, request: AdminRequest) => Page | Problem | Promise<Page | Problem>
}

/** A route that reads. */
export function reads<Host>(path: string, needs: Needs, handle: Route<Host>['handle']): Route<Host> {
  return { method: 'GET', path, needs, takesBody: false, handle }
}

/** A route that changes something, told by a JSON body. */
export function changes<T>(
  path: string,
  needs: Needs,
  schema: z.ZodType<T>,
  handle: (host: AdminHost, body: T, caller: AdminCaller) => Page | Problem | Promise<Page | Problem>,
): Route<AdminHost> {
  return {
    method: 'POST',
    path,
    needs,
    takesBody: true,
    handle: async (host, { body, caller }) => {
      const read = bodyAs(schema, body)
      if (!read.ok) return read.problem
      try {
        // The guard lets nobody unknown reach a route that needs a permission.
        return await handle(host, read.value, caller!)
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        return problemWith(codes.ADMIN_REQUEST_INVALID, { detail: `${error.message}.` })
      }
    },
  }
}

/** `limit` (1 to 1000, default 100) and `before` of a paged list, or a sentence that says what is wrong. */
export function pageOf(
  parameters: URLSearchParams,
): { readonly limit: number; readonly before: number | null } | string {
  for (const name of parameters.keys())
    if ((name !== 'limit' && name !== 'before') || parameters.getAll(name).length > 1)
      return 'Known parameters are limit and before, each once.'
  const number = (name: string): number | null => {
    const text = parameters.get(name)
    return text === null ? null : /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN
  }
  const limit = number('limit') ?? 100
  const before = number('before')
  if (!(limit >= 1 && limit <= 1000)) return 'limit is a number from 1 to 1000.'
  if (Number.isNaN(before)) return 'before is what the page before gave as next.'
  return { limit, before }
}
