import { type Caller, type FactName, type Facts, plainCaller } from '../gateway/facts.ts'
import type { ClientCertificate, RequestView } from '../gateway/policy.ts'
import { HeaderLines } from './header-lines.ts'
import type { CaseCaller, PolicyCase } from './policy-case.ts'

/** The request of a case, as policies see it, with what running a step notes on it. */
export class CaseExchange implements RequestView {
  readonly id = 'test-request'
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
  /** What the decision record would say of the step. */
  readonly noted: (readonly [name: string, verdict: string])[] = []

  constructor(request: PolicyCase['request']) {
    this.method = request.method
    this.path = request.path
    this.query = request.query ?? ''
    this.clientAddress = request.clientAddress
    this.clientCertificate = request.clientCertificate ?? null
    this.headers = new HeaderLines(request.headers)
    const { caller } = request.facts
    this.facts = { caller: caller && callerOf(caller) }
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
