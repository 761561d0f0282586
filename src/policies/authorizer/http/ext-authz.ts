import type { ControlHost, RemoteRequest } from '../../../gateway/control-half.ts'
import {
  type AuthorizerAnswer,
  type AuthorizerBackend,
  type AuthorizerEvent,
  AuthorizerFailure,
  type ShownRequest,
} from '../backend.ts'
import type { ExtAuthzSettings } from './http-settings.ts'
import { shownHeaders } from './shown-headers.ts'
import { mostBytes, statusAnswer } from './status-answer.ts'

/**
 * Envoy's convention (`extensions.filters.http.ext_authz.v3.HttpService`): the request itself, without its body, with
 * a prefix before its path; 200 allows. `Host` stays that of the service: undici takes the name that a certificate
 * must have from it, and the client chose it.
 */
export class ExtAuthz implements AuthorizerBackend {
  readonly #settings: ExtAuthzSettings
  readonly #host: Pick<ControlHost, 'call'>

  constructor(settings: ExtAuthzSettings, host: Pick<ControlHost, 'call'>) {
    this.#settings = settings
    this.#host = host
  }

  async decide(event: AuthorizerEvent): Promise<AuthorizerAnswer> {
    const { prefix, outgoing } = this.#settings
    const { authorities, proxy, timeoutMs } = outgoing
    const answer = await this.#host.call({
      url: behind(prefix, event.shown),
      // Every method that an operation has; the type names those of the calls before this one.
      method: event.shown.method as RemoteRequest['method'],
      headers: shownHeaders(event),
      timeoutMs,
      mostBytes,
      settings: { authorities, proxy },
    })
    return statusAnswer(answer, (status) => status === 200)
  }
}

/**
 * The address of the question. It is asked only where the path, read as part of an address, still is that path: host,
 * prefix and path are never moved by what a client sent (T15).
 */
function behind(prefix: string, { path, query }: ShownRequest): string {
  const url = new URL(query === '' ? `${prefix}${path}` : `${prefix}${path}?${query}`)
  const { origin, pathname } = new URL(prefix)
  if (url.origin !== origin || url.hash !== '' || url.pathname !== `${pathname.replace(/\/$/, '')}${path}`)
    throw new AuthorizerFailure('the path of the request has another reading as an address')
  return url.href
}
