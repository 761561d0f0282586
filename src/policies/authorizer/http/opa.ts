import type { JsonObject, JsonValue } from '../../../engines/json/json.ts'
import type { ControlHost } from '../../../gateway/control-half.ts'
import {
  type AuthorizerAnswer,
  type AuthorizerBackend,
  type AuthorizerEvent,
  AuthorizerFailure,
} from '../backend.ts'
import { jsonOf } from '../json-answer.ts'
import type { OpaSettings } from './http-settings.ts'
import { mostBytes } from './status-answer.ts'

/** Open Policy Agent by its REST API (Data API, "Get a Document (with Input)"). */
export class Opa implements AuthorizerBackend {
  readonly #settings: OpaSettings
  readonly #host: Pick<ControlHost, 'call'>

  constructor(settings: OpaSettings, host: Pick<ControlHost, 'call'>) {
    this.#settings = settings
    this.#host = host
  }

  async decide({ requestId, at, shown }: AuthorizerEvent): Promise<AuthorizerAnswer> {
    const { url, token, outgoing } = this.#settings
    const { authorities, proxy, timeoutMs } = outgoing
    const answer = await this.#host.call({
      url,
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        ...(token !== null && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ input: { ...shown, requestId, time: new Date(at).toISOString() } }),
      timeoutMs,
      mostBytes,
      settings: { authorities, proxy },
    })
    return opaAnswer(jsonOf(answer).value)
  }
}

/** Reads the document. Without `result` the decision is undefined: no rule allowed. */
export function opaAnswer({ result }: JsonObject): AuthorizerAnswer {
  if (result === undefined) return denied('the decision is undefined')
  if (typeof result === 'boolean') return result ? allowed({}, {}) : denied('')
  if (!isObject(result)) throw malformed('"result" is neither true, false nor an object')
  const { allow, reason, headers, context } = result
  if (typeof allow !== 'boolean') throw malformed('"allow" of the result is neither true nor false')
  if (reason !== undefined && typeof reason !== 'string') throw malformed('"reason" is no text')
  const upstreamHeaders = Object.entries(textsOf(headers, 'headers')).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  )
  if (new Set(upstreamHeaders.map(([name]) => name)).size < upstreamHeaders.length)
    throw malformed('"headers" has one name twice')
  return allow
    ? allowed(textsOf(context, 'context'), Object.fromEntries(upstreamHeaders))
    : denied(reason ?? '')
}

function allowed(
  context: Readonly<Record<string, string>>,
  upstreamHeaders: Readonly<Record<string, string>>,
): AuthorizerAnswer {
  return { allow: true, context, upstreamHeaders }
}

function denied(reason: string): AuthorizerAnswer {
  return { allow: false, reason, context: {}, upstreamHeaders: {} }
}

function textsOf(value: JsonValue | undefined, name: string): Record<string, string> {
  if (value === undefined) return {}
  if (!isObject(value)) throw malformed(`"${name}" of the result is no object`)
  const entries = Object.entries(value).map(([key, one]) => {
    if (typeof one !== 'string') throw malformed(`"${name}" of the result has a value that is no text`)
    return [key, one] as const
  })
  return Object.fromEntries(entries)
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(what: string): AuthorizerFailure {
  return new AuthorizerFailure(`the answer of OPA cannot be read: ${what}`)
}
