import { codes } from '../../codes.ts'
import { ask, type Decision, decide } from '../../engines/iam/decision.ts'
import { nearestAllowance } from '../../engines/iam/nearest.ts'
import type { IamCaller } from '../../engines/iam/request-facts.ts'
import type { Asked, Statement } from '../../engines/iam/statement.ts'
import { definePolicy, type Policy, type RequestView } from '../../gateway/policy.ts'
import { type Deny, deny, type Pass, passBy } from '../../gateway/verdict.ts'
import { loadPolicies } from './load-policies.ts'
import { defaultStage } from './named-parts.ts'
import { withFiles } from './policy-files.ts'
import { type ResourcePolicySettings, settings } from './settings.ts'
import { ViewFacts } from './view-facts.ts'

/** Decides by policies as AWS API Gateway and IAM write them. */
export const resourcePolicy: Policy<ResourcePolicySettings> = definePolicy({
  name: 'resource-policy',
  phases: ['authorize'],
  place: 'requirement',
  facing: 'untrusted-client',
  onError: 'deny',
  reads: [],
  // A resource policy may also say who of the anonymous may call.
  mayRead: ['caller'],
  writes: [],
  authorizes: true,
  located: true,
  varies: true,
  files: withFiles,
  // A principal that nobody is would never match, in a denial too.
  identities: ({ attach, principals }) => [
    ...attach.flatMap(({ to }, index) => named(to).map((name) => ({ at: ['attach', index], name }))),
    ...Object.entries(principals).flatMap(([key, to]) =>
      named(to).map((name) => ({ at: ['principals', key], name })),
    ),
  ],
  config: settings,
  denials: [codes.RESOURCE_POLICY_DENIED],
  setup(config, host) {
    const { resource, identity, nameOf } = loadPolicies(config, host.where, (at) => host.sourceOf(at))
    const { partition, evaluate } = config
    const region = config.region ?? ''
    const account = config.account ?? ''
    const stage = config.stage ?? defaultStage
    const apiIds = new Map(Object.entries(config.apiIds))
    const arns = new Map(
      Object.entries(config.principals).flatMap(([name, own]): [string, string][] =>
        name.startsWith('arn:') && own.startsWith('caller/') ? [[own.slice('caller/'.length), name]] : [],
      ),
    )
    const arnOf = ({ identity: by, id }: IamCaller): string =>
      arns.get(`${by}/${id}`) ?? `arn:${partition}:iam::${account}:user/${by}/${id}`
    const askedOf = (view: RequestView): Asked =>
      ask(
        'execute-api:Invoke',
        {
          partition,
          region,
          account,
          api: apiIds.get(view.api) ?? view.api,
          tail: `${stage}/${view.method}${view.path}`,
        },
        new ViewFacts(view, arnOf),
      )
    const verdicts = new Verdicts(host.where, nameOf)
    return {
      request: (view) => verdicts.of(decide(askedOf(view), resource, identity, evaluate)),
      whyNot(view) {
        const asked = askedOf(view)
        const decision = decide(asked, resource, identity, evaluate)
        if (decision.allowed) return null
        if (decision.denied) return `${nameOf(decision.by[0]!)} denies; no allowance outweighs it`
        const silent = decision.resource === 'silent' ? resource : identity
        const near = nearestAllowance(silent?.statements ?? [], asked)
        return near === null ? null : `${nameOf(near.statement)} would allow but for ${near.lacks.join(', ')}`
      },
    }
  },
})

/** Verdicts of statements, each made once. */
class Verdicts {
  readonly #nameOf: (statement: Statement) => string
  readonly #passes = new WeakMap<Statement, WeakMap<Statement, Pass>>()
  readonly #denials = new WeakMap<Statement, Deny>()
  readonly #silent: Readonly<Record<'resource' | 'identity' | 'both', Deny>>

  constructor(where: string, nameOf: (statement: Statement) => string) {
    this.#nameOf = nameOf
    const silent = (what: string): Deny =>
      deny(codes.RESOURCE_POLICY_DENIED, { reason: `no statement of ${what} of ${where} allows` })
    this.#silent = {
      resource: silent('the resource policies'),
      identity: silent('the policies that are attached to the caller'),
      both: silent('the policies'),
    }
  }

  of({ allowed, denied, by, resource, identity }: Decision): Pass | Deny {
    const first = by[0]
    if (first === undefined) {
      const both = resource === 'silent' && identity === 'silent'
      return this.#silent[both ? 'both' : resource === 'silent' ? 'resource' : 'identity']
    }
    if (!allowed || denied) return this.#denial(first)
    const last = by[by.length - 1]!
    const known = this.#passes.get(first) ?? new WeakMap<Statement, Pass>()
    this.#passes.set(first, known)
    const pass = known.get(last) ?? passBy(by.map(this.#nameOf).join(' and '))
    known.set(last, pass)
    return pass
  }

  #denial(statement: Statement): Deny {
    const known =
      this.#denials.get(statement) ??
      deny(codes.RESOURCE_POLICY_DENIED, { reason: `${this.#nameOf(statement)} denies` })
    this.#denials.set(statement, known)
    return known
  }
}

/** The identity in `identity/NAME` or `caller/IDENTITY/ID`; none in `role/NAME`. */
function named(principal: string): readonly string[] {
  const [kind, name] = principal.split('/')
  return kind === 'role' || name === undefined ? [] : [name]
}
