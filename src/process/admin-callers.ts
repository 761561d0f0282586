import type { Identified, PresentedRequest } from '../admin/host.ts'
import { codes } from '../codes.ts'
import type { AdminCallerRule, GatewaySpec } from '../config/spec.ts'
import { Fields } from '../engines/http1/fields.ts'
import { RequestHead } from '../engines/http1/request-head.ts'
import { formatAddress, parseAddress } from '../engines/networks/address.ts'
import { authenticate } from '../gateway/authenticate.ts'
import { compile } from '../gateway/compile.ts'
import { Exchange } from '../gateway/exchange.ts'
import type { Caller } from '../gateway/facts.ts'
import type { Plan, Step } from '../gateway/plan.ts'
import type { Policy } from '../gateway/policy.ts'
import type { ClientStream } from '../gateway/streams.ts'
import type { AdminRole } from '../store/admin-roles.ts'
import type { LiveLookups } from './halves/live-lookups.ts'

const nobody: Identified = { kind: 'nothing' }

/** The identities of a configuration, compiled for administrators: what they send is meant, and counts. */
export function compileIdentities(
  spec: GatewaySpec,
  policies: readonly Policy[],
  lookups: LiveLookups,
  generation: number,
): Plan {
  return compile(
    { ...spec, operations: [], steps: [], services: [] },
    {
      generation,
      policies,
      lookups: lookups.counting,
      upstream: () => {
        throw new Error('administrators are forwarded nowhere')
      },
    },
  )
}

/**
 * Judges a request to the admin API by the identities that `admin.callers` names, with the policies and the rules that
 * serve traffic: what is wrong there is wrong here, and revoked there is revoked here.
 */
export async function identify(plan: Plan, request: PresentedRequest): Promise<Identified> {
  const rules = plan.spec.admin?.callers ?? []
  const identities = [...new Set(rules.map(({ identity }) => identity))].flatMap((name): Step[] => {
    const step = plan.identities.get(name)
    return step === undefined ? [] : [step]
  })
  if (identities.length === 0) return nobody
  const x = exchangeOf(plan, request)
  try {
    const verdict = await authenticate(x, {
      reservedHeaders: new Set(),
      identities,
      groups: identities.map((_, index) => [index]),
      demands: null,
    })
    const { caller } = x.facts
    if (verdict.kind === 'pass' && caller !== undefined && !hasUnread(request, identities))
      return { kind: 'caller', name: `${caller.identity}/${caller.id}`, role: roleOf(caller, rules) }
    if (verdict.kind === 'pass')
      return { kind: 'wrong', reason: 'a caller, beside an `Authorization` that is wrong' }
    if (verdict.kind !== 'deny') return nobody
    const { code, detail } = verdict
    const reason = `${code.code}: ${detail.reason ?? code.title}`
    if (code.status !== 401) return { kind: 'refused', code, reason }
    return code === codes.CREDENTIALS_MISSING ? nobody : { kind: 'wrong', reason }
  } finally {
    x.finish()
  }
}

/**
 * An `Authorization` that none of the identities reads is an admin token that has ended, or a guess: a credential that
 * is wrong refuses the request even beside a right one.
 */
function hasUnread({ headers }: PresentedRequest, identities: readonly Step[]): boolean {
  const reads = ({ credential }: Step): boolean =>
    credential === 'authorization' || credential === 'header authorization'
  return headers.some(([name]) => name === 'authorization') && !identities.some(reads)
}

/** The role of the first rule that means the caller. */
export function roleOf(caller: Caller, rules: readonly AdminCallerRule[]): AdminRole | null {
  for (const { identity, role, by, anyOf } of rules) {
    if (identity !== caller.identity) continue
    const has = by === 'callers' ? [caller.id] : caller[by]
    if (anyOf.some((one) => has.includes(one))) return role
  }
  return null
}

/** No forwarded header counts here: nothing stands between an administrator and the admin listener. */
function exchangeOf(plan: Plan, request: PresentedRequest): Exchange {
  const { method, path, headers, address, secure, certificate } = request
  const head = new RequestHead()
  head.method = method
  head.fields = new Fields()
  for (const [name, value] of headers) head.fields.push(name, value)
  const parsed = parseAddress(address)
  const peer = parsed === null ? address : formatAddress(parsed)
  const gate = { plan, recorder: { finish: () => undefined }, nextId: () => 'admin', readObject: noObject }
  const x = new Exchange(gate, silent, head, '"admin"', peer, Date.now(), performance.now())
  x.path = path
  x.secure = secure
  x.clientCertificate = certificate
  return x
}

/** Administrators are proven, and nothing of an API is decided. */
const noObject = (): Promise<never> => Promise.reject(new Error('no operation is asked for'))

/** Nothing is read from it or written to it: the admin server answers. */
const silent: ClientStream = {
  source: null,
  readBody: () => undefined,
  resumeBody: () => undefined,
  claim: () => true,
  release: () => undefined,
  inform: () => undefined,
  reply: () => undefined,
  begin: () => undefined,
  flush: () => undefined,
  send: () => true,
  end: () => undefined,
  destroy: () => undefined,
}
