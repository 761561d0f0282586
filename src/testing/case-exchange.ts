import type { JsonValue } from '../engines/json/json.ts'
import { type Caller, type FactName, type Facts, plainCaller } from '../gateway/facts.ts'
import type { ClientCertificate, JsonBody, ObjectAnswer, RequestView } from '../gateway/policy.ts'
import { HeaderLines } from './header-lines.ts'
import type { CaseCaller, CaseObject, PolicyCase } from './policy-case.ts'

/** The request of a case, as policies see it, with what running a step notes on it. */
export class CaseExchange implements RequestView {
  readonly id = 'test-request'
  readonly startedAt: number
  readonly api: string
  readonly operationName: string
  readonly body: JsonBody | null
  /** What the runner of object policies takes of a plan. */
  readonly plan: { readonly operations: readonly null[] } = { operations: [null] }
  decidedBy: string[] | null = null
  readonly origin: RequestView = this
  readonly method: string
  readonly host = 'api.example.com'
  readonly path: string
  readonly query: string
  readonly clientAddress: string
  readonly secure = true
  readonly clientCertificate: ClientCertificate | null
  readonly pathParameters: readonly string[] = []
  readonly facts: Facts
  readonly headers: HeaderLines
  observed = 0
  readonly #object: CaseObject | undefined
  /** What the decision record would say of the step. */
  readonly noted: (readonly [name: string, verdict: string])[] = []

  constructor(request: PolicyCase['request'], object?: CaseObject) {
    this.startedAt = request.at === undefined ? Date.now() : Date.parse(request.at)
    this.api = request.api ?? 'orders'
    this.operationName = request.operation ?? 'getOrder'
    this.body = bodyOf(request.body)
    this.#object = object
    this.method = request.method
    this.path = request.path
    this.query = request.query ?? ''
    this.clientAddress = request.clientAddress
    this.clientCertificate = request.clientCertificate ?? null
    this.headers = new HeaderLines(request.headers)
    const { caller } = request.facts
    this.facts = { caller: caller && callerOf(caller) }
  }

  readObject(): Promise<ObjectAnswer> {
    if (this.#object === undefined) return Promise.reject(new Error('a case has no service'))
    const { status, json } = this.#object
    return Promise.resolve({ status, json: jsonBody(json) })
  }

  header(name: string): string | undefined {
    return this.headers.get(name)
  }

  headerCount(name: string): number {
    return this.headers.count(name)
  }

  note(name: string, verdict: string): void {
    this.noted.push([name, verdict])
  }

  setFact<K extends FactName>(fact: K, value: NonNullable<Facts[K]>): void {
    this.facts[fact] = value
  }
}

function bodyOf(text: string | undefined): JsonBody | null {
  if (text === undefined || !/^[[{]/.test(text)) return null
  return { value: JSON.parse(text) as JsonValue }
}

/** A body of these values; null for undefined. */
export function jsonBody(json: unknown): JsonBody | null {
  return json === undefined ? null : { value: json as JsonValue }
}

function callerOf({
  identity,
  id,
  scopes = [],
  roles = [],
  claims = {},
  ambient = false,
}: CaseCaller): Caller {
  return { ...plainCaller(identity, id), scopes, roles, claims, ambient }
}
