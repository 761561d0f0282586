import { codes } from '../../codes.ts'
import { sourceText } from '../../config/render.ts'
import type { Exchange } from '../../gateway/exchange.ts'
import type { Operation } from '../../gateway/plan.ts'
import type { DecidingRule } from './explained-request.ts'
import type { JudgedStep } from './explained-steps.ts'
import type { Judgement } from './judge.ts'

/** The rules that allowed, or the one that denied, with file and line. Empty where nothing is decided. */
export function decidedBy(
  { x, needs }: Judgement,
  operation: Operation | null,
  denying: JudgedStep | null,
): DecidingRule[] {
  if (operation === null || needs !== null || x.verdict === 'answer') return []
  const { authentication } = operation.spec
  if (x.code === null) {
    if (authentication.kind === 'anonymous')
      return [
        { policy: 'anonymous', rule: `${authentication.reason} (${sourceText(authentication.source)})` },
        ...rulesOf(x),
      ]
    return [...(demandsOf(x, operation).length > 0 ? [documentRule(operation)] : []), ...rulesOf(x)]
  }
  if (denying !== null) return [{ policy: denying.policy, rule: `${denying.where} (${denying.source})` }]
  if (isDocuments(x)) return [documentRule(operation)]
  return x.code === codes.CREDENTIALS_MISSING.code && authentication.kind === 'required'
    ? [{ policy: 'authenticate', rule: sourceText(authentication.source) }]
    : []
}

/** The nearest rule that would allow what was denied, in a sentence; null where none is known. */
export function nearestRule(
  x: Exchange,
  operation: Operation | null,
  denying: JudgedStep | null,
): string | null {
  if (denying !== null) return denying.step?.instance.whyNot?.(x) ?? null
  if (operation === null || !isDocuments(x)) return null
  const lacking = demandsOf(x, operation).toSorted((a, b) => a.length - b.length)[0]
  if (lacking === undefined || lacking.length === 0) return null
  return `${documentRule(operation).rule} would allow with ${lacking.join(' and ')}`
}

/** Denied by the document's `security`, which no step stands for. */
function isDocuments({ code, facts }: Exchange): boolean {
  return code === codes.SCOPE_MISSING.code && facts.caller !== undefined
}

function documentRule({ spec }: Operation): DecidingRule {
  return { policy: 'document', rule: `\`security\` of ${spec.name} (${sourceText(spec.source)})` }
}

/** For each alternative of the document that the caller's identity fits: the names that the caller lacks. */
function demandsOf({ facts: { caller } }: Exchange, { spec: { authentication } }: Operation): string[][] {
  if (caller === undefined || authentication.kind === 'anonymous') return []
  return authentication.scopes
    .filter(({ identities }) => identities.includes(caller.identity))
    .flatMap(({ demands }) => {
      const mine = demands.filter(({ identity }) => identity === caller.identity)
      if (mine.length === 0) return []
      return [
        mine.flatMap(({ names, rolesToo }) =>
          names.filter((name) => !caller.scopes.includes(name) && !(rolesToo && caller.roles.includes(name))),
        ),
      ]
    })
}

function rulesOf({ decidedBy: found }: Exchange): DecidingRule[] {
  const pairs = found ?? []
  return pairs.flatMap((policy, at) => (at % 2 === 0 ? [{ policy, rule: pairs[at + 1]! }] : []))
}
