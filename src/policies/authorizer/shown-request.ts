import { type ClaimPath, claimAt, claimPathOf } from '../../engines/claims/claim-path.ts'
import type { Caller } from '../../gateway/facts.ts'
import type { RequestView } from '../../gateway/policy.ts'
import type { ShownCaller, ShownRequest } from './backend.ts'
import type { Show } from './common-settings.ts'

/** Cuts what an authorizer is shown out of requests. Made once a plan. */
export class Showing {
  readonly #show: Show
  readonly #claims: readonly (readonly [written: string, path: ClaimPath])[]

  constructor(show: Show) {
    this.#show = show
    this.#claims = show.claims.map((written) => [written, claimPathOf(written)])
  }

  /** `route` is the template of the operation's path. */
  of(request: RequestView, route: string): ShownRequest {
    const { headers, query, clientAddress } = this.#show
    const shown: Record<string, string> = record()
    for (const name of headers) {
      const value = request.header(name)
      if (value !== undefined) shown[name] = value
    }
    return {
      api: request.api,
      operation: request.operationName,
      route,
      method: request.method,
      host: request.host,
      path: request.path,
      query: query ? request.query : '',
      pathParameters: parametersOf(route, request.pathParameters),
      headers: shown,
      clientAddress: clientAddress ? request.clientAddress : null,
      secure: request.secure,
      caller: this.#caller(request.facts.caller),
    }
  }

  #caller(caller: Caller | undefined): ShownCaller | null {
    const { caller: parts } = this.#show
    if (caller === undefined || (parts.length === 0 && this.#claims.length === 0)) return null
    const claims: Record<string, unknown> = record()
    for (const [written, path] of this.#claims) {
      const value = claimAt(caller.claims, path)
      if (value !== undefined) claims[written] = value
    }
    return {
      ...(parts.includes('id') && { id: caller.id }),
      ...(parts.includes('identity') && { identity: caller.identity }),
      ...(parts.includes('roles') && { roles: caller.roles }),
      ...(parts.includes('scopes') && { scopes: caller.scopes }),
      ...(this.#claims.length > 0 && { claims }),
    }
  }
}

/** Without a prototype: names of headers, parameters and claims are no members by birth. */
function record<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>
}

function parametersOf(route: string, values: readonly string[]): Readonly<Record<string, string>> {
  const parameters = record<string>()
  let next = 0
  for (
    let open = route.indexOf('{');
    open >= 0 && next < values.length;
    open = route.indexOf('{', open + 1)
  ) {
    const close = route.indexOf('}', open)
    if (close < 0) break
    parameters[route.slice(open + 1, close)] = values[next++]!
  }
  return parameters
}
