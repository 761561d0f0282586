import type { Caller } from '../../src/gateway/facts.ts'
import type { Host, PolicyInstance } from '../../src/gateway/policy.ts'
import type { Verdict } from '../../src/gateway/verdict.ts'
import { jwt } from '../../src/policies/jwt/jwt.ts'
import { RevocationIndex } from '../../src/store/revocations/revocation-index.ts'
import { CaseExchange } from '../../src/testing/case-exchange.ts'
import type { SigningKey } from './token-maker.ts'

/** What came of a token. */
export interface Judged {
  readonly caller: Caller | undefined
  /** Of the denial, also where another identity might have taken the token. */
  readonly code: string | undefined
  readonly reason: string
}

/** A `jwt` identity by itself, as a data thread sets it up. */
export interface Identity {
  readonly instance: PolicyInstance
  readonly revocations: RevocationIndex
  judge(token: string): Promise<Judged>
}

/** Sets an identity up; `control` is where its keys come from, if not from the settings. */
export function identityOf(
  settings: Readonly<Record<string, unknown>>,
  control: Host['control'] = { state: undefined, ask: () => Promise.reject(new Error('nobody')) },
): Identity {
  const revocations = new RevocationIndex()
  const config = jwt.config.parse(settings)
  const instance = jwt.setup(structuredClone(config), {
    where: 'identities.staff',
    instance: 'staff',
    findKey: () => undefined,
    revocations,
    sourceOf: () => '',
    control,
  })
  return { instance, revocations, judge: (token) => judge(instance, token) }
}

/** Keys in the settings. */
export const inlineKeys = (...keys: readonly SigningKey[]): object => ({
  inline: { keys: keys.map(({ jwk }) => jwk) },
})

async function judge(instance: PolicyInstance, token: string): Promise<Judged> {
  const exchange = exchangeOf(token)
  const verdict: Verdict = await instance.request!(exchange, (fact, value) => exchange.setFact(fact, value))
  const deny = verdict.kind === 'skip' ? verdict.otherwise : verdict.kind === 'deny' ? verdict : undefined
  return { caller: exchange.facts.caller, code: deny?.code.code, reason: deny?.detail.reason ?? '' }
}

/** A request with this token. */
export function exchangeOf(token: string): CaseExchange {
  return new CaseExchange({
    method: 'GET',
    path: '/',
    clientAddress: '192.0.2.1',
    headers: { authorization: `Bearer ${token}` },
    facts: {},
  })
}
