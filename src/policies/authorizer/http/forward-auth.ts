import type { ControlHost } from '../../../gateway/control-half.ts'
import type { AuthorizerAnswer, AuthorizerBackend, AuthorizerEvent } from '../backend.ts'
import type { ForwardAuthSettings } from './http-settings.ts'
import { shownHeaders, targetOf } from './shown-headers.ts'
import { mostBytes, statusAnswer } from './status-answer.ts'

/** Traefik's ForwardAuth: a GET to one address, the request in `X-Forwarded-…`; any 2xx allows. */
export class ForwardAuth implements AuthorizerBackend {
  readonly #settings: ForwardAuthSettings
  readonly #host: Pick<ControlHost, 'call'>

  constructor(settings: ForwardAuthSettings, host: Pick<ControlHost, 'call'>) {
    this.#settings = settings
    this.#host = host
  }

  async decide(event: AuthorizerEvent): Promise<AuthorizerAnswer> {
    const { address, outgoing } = this.#settings
    const { authorities, proxy, timeoutMs } = outgoing
    const answer = await this.#host.call({
      url: address,
      method: 'GET',
      headers: {
        ...shownHeaders(event),
        'x-forwarded-method': event.shown.method,
        'x-forwarded-uri': targetOf(event.shown),
      },
      timeoutMs,
      mostBytes,
      settings: { authorities, proxy },
    })
    return statusAnswer(answer, (status) => status >= 200 && status <= 299)
  }
}
