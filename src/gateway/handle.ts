import { codes } from '../codes.ts'
import { collapse, LENGTH_BODY, NO_BODY } from '../engines/http1/request-head.ts'
import { authenticate } from './authenticate.ts'
import { forgetBody, readJsonBody } from './body.ts'
import { serveEndpoint } from './endpoint.ts'
import type { Exchange } from './exchange.ts'
import { AnswerHold } from './held-answer.ts'
import type { ObjectStep, Operation, Step } from './plan.ts'
import { answerLocally, refuse } from './respond.ts'
import { runObject, runStep } from './run-step.ts'
import { type Deny, deny, pass, type Verdict } from './verdict.ts'

/**
 * THE DATA PATH. A request arrives here parsed, with one reading (`http/` and `engines/http1` refused all others),
 * and this file is the order of everything that then happens to it:
 *
 *   (pages)       log-in and log-out of an identity's own: answered at once, since no operation has these paths
 *   match         which API and operation, or 404 and 405. Nothing undeclared goes further
 *   admit         what the operation lets through at all: path classes, header names, a body, its size
 *   screen        who may knock: networks                                    (policies; cheap and anonymous)
 *   preflight     CORS preflights are answered, before credentials, which they never carry
 *   authenticate  who is calling. Default deny: no decision in the configuration, no plan
 *   roles         which roles the caller has: by its credential, by the configuration, by a grant
 *   authorize     what a proven caller may do
 *   body          read, decoded and parsed once, where a policy must judge it; refused where that cannot be
 *   object        whose object it is, before anything reaches the upstream's write
 *   prepare       headers towards the upstream                               (after all decisions)
 *   forward       `http/upstream`: the request is written anew from the canonical view, the body streams through
 *   answer        whose object it is, where only the answer tells; until then none of it leaves   (`held-answer.ts`)
 *   respond       headers towards the client                                 (`respond.ts`)
 *   record        exactly one decision record, in every case                 (`Exchange.finish`)
 */
export function handle(x: Exchange): void {
  let verdict: Verdict | Promise<Verdict>
  try {
    verdict = decide(x)
  } catch (error) {
    return crash(x, error)
  }
  if (verdict instanceof Promise) {
    verdict.then(
      (late) => conclude(x, late),
      (error: unknown) => crash(x, error),
    )
    return
  }
  conclude(x, verdict)
}

/** All decisions about a request, and nothing but decisions: `explain` asks the same function. */
export function decide(x: Exchange): Verdict | Promise<Verdict> {
  const endpoint = x.plan.endpoints?.get(x.path)
  if (endpoint !== undefined) return answered(serveEndpoint(x, endpoint))
  const matched = match(x)
  if (matched.kind !== 'pass') return matched
  const operation = x.operation!
  const admitted = admit(x, operation)
  if (admitted.kind !== 'pass') return admitted
  return walk(x, operation, 0)
}

/** A page of an identity's own is answered or refused: nothing is behind it that a `pass` could mean. */
function answered(verdict: Verdict | Promise<Verdict>): Verdict | Promise<Verdict> {
  if (verdict instanceof Promise) return verdict.then(answered)
  return verdict.kind === 'answer' || verdict.kind === 'deny'
    ? verdict
    : deny(codes.POLICY_FAILED, { reason: `a page of an identity came to ${verdict.kind}` })
}

/** The phases before the body, in the order of `phases.ts`. */
const order: readonly ((x: Exchange, operation: Operation) => Verdict | Promise<Verdict>)[] = [
  (x, operation) => runAll(x, operation.screen, 0),
  (x, operation) => (x.isPreflight ? preflight(x, operation) : pass),
  (x, operation) => (operation.authentication === null ? pass : authenticate(x, operation.authentication)),
  assignRoles,
  (x, operation) => runAll(x, operation.authorize, 0),
  (x, operation) => (judgesBody(x, operation) ? readJsonBody(x, operation.spec.bodyBytes) : pass),
  (x, operation) => judgeObject(x, operation.object, 0),
]

/** Whether a policy judges the body of this caller's request: nobody else's is held. */
function judgesBody(x: Exchange, { object }: Operation): boolean {
  for (const { step, body } of object) if (body && step.instance.judges?.(x) !== false) return true
  return false
}

/** Whether a policy judges the answer to this caller. */
function judgesAnswer(x: Exchange, { answer }: Operation): boolean {
  for (const step of answer) if (step.instance.judges?.(x) !== false) return true
  return false
}

/** Before the first policy that reads them, and at every request: a grant ends without any event. */
function assignRoles(x: Exchange): Verdict {
  const { caller } = x.facts
  if (caller !== undefined) x.facts.caller = x.plan.roles.of(caller, x.startedAt)
  return pass
}

function walk(x: Exchange, operation: Operation, from: number): Verdict | Promise<Verdict> {
  for (let phase = from; phase < order.length; phase++) {
    const verdict = order[phase]!(x, operation)
    if (verdict instanceof Promise) {
      return verdict.then((late) => (late.kind === 'pass' ? walk(x, operation, phase + 1) : late))
    }
    if (verdict.kind !== 'pass') return verdict
  }
  return pass
}

/** Runs the steps of one phase until one does not pass. */
function runAll(x: Exchange, steps: readonly Step[], from: number): Verdict | Promise<Verdict> {
  for (let i = from; i < steps.length; i++) {
    const verdict = runStep(x, steps[i]!)
    if (verdict instanceof Promise) {
      return verdict.then((late) => (late.kind === 'pass' ? runAll(x, steps, i + 1) : only(late, steps[i]!)))
    }
    if (verdict.kind !== 'pass') return only(verdict, steps[i]!)
  }
  return pass
}

/** Runs the policies that decide about the object until one does not pass. */
function judgeObject(x: Exchange, steps: readonly ObjectStep[], from: number): Verdict | Promise<Verdict> {
  for (let i = from; i < steps.length; i++) {
    const verdict = runObject(x, steps[i]!)
    if (verdict instanceof Promise) {
      return verdict.then((late) =>
        late.kind === 'pass' ? judgeObject(x, steps, i + 1) : only(late, steps[i]!.step),
      )
    }
    if (verdict.kind !== 'pass') return only(verdict, steps[i]!.step)
  }
  return pass
}

/** Outside `authenticate` nothing may skip: a policy that does not decide has failed, and denies. */
function only(verdict: Verdict, step: Step): Verdict {
  return verdict.kind === 'skip'
    ? deny(codes.POLICY_FAILED, { reason: `${step.where} skipped outside authenticate` })
    : verdict
}

function match(x: Exchange): Verdict {
  const { plan } = x
  if (x.method === 'OPTIONS' && matchPreflight(x)) return pass
  const found = plan.router.match(x.host, x.path, x.method)
  if (found.operation >= 0) {
    const operation = plan.operations[found.operation]!
    const observed = operation.until !== Number.POSITIVE_INFINITY
    if (observed) {
      const refused = refuseObserved(x, operation)
      if (refused !== null) return refused
    }
    if ((observed || found.parameters.length > 0) && plan.guarded.has(x.host, x.path, operation))
      return deny(codes.PATH_AMBIGUOUS, { reason: 'it may be the path of an operation that demands more' })
    x.operation = operation
    x.pathParameters = found.parameters
    return pass
  }
  if (x.pathClasses !== 0) return deny(codes.PATH_AMBIGUOUS)
  return found.allow === '' ? deny(codes.PATH_UNDECLARED) : methodUndeclared(found.allow)
}

/** What `undeclared: observe` does not let through. */
function refuseObserved(x: Exchange, operation: Operation): Deny | null {
  if (x.startedAt > operation.until)
    return deny(codes.PATH_UNDECLARED, { reason: 'undeclared: observe has ended' })
  // A service may take CONNECT for a tunnel, through which the next requests of its connection would go (T50).
  if (!methodForm.test(x.method) || x.method === 'CONNECT' || x.method === 'TRACE')
    return deny(codes.PATH_UNDECLARED, { reason: 'the method is never passed on' })
  return null
}

/** Methods are case-sensitive, and no service declares one in small letters. */
const methodForm = /^[A-Z][A-Z-]{0,31}$/

/** A CORS preflight belongs to the operation that the browser is about to call, not to a declared OPTIONS. */
function matchPreflight(x: Exchange): boolean {
  const requested = x.fields.get('access-control-request-method')
  if (requested === undefined || x.fields.get('origin') === undefined) return false
  const { operation: index } = x.plan.router.match(x.host, x.path, requested)
  const operation = index >= 0 ? x.plan.operations[index]! : null
  // In `mode: observe` a preflight is answered as if the policy were absent.
  if (
    operation === null ||
    x.startedAt > operation.until ||
    !operation.preflight.some((step) => !step.observe)
  )
    return false
  x.operation = operation
  x.isPreflight = true
  return true
}

function methodUndeclared(allow: string): Deny {
  return deny(codes.METHOD_UNDECLARED, { headers: [['allow', allow]] })
}

/** What the operation lets through before any policy looks. */
function admit(x: Exchange, operation: Operation): Verdict {
  if ((x.pathClasses & ~operation.allowedPathClasses) !== 0) return deny(codes.PATH_AMBIGUOUS)
  const { head } = x
  if (head.aliased) {
    const name = ambiguousName(x, operation)
    if (name !== null) return deny(codes.HEADER_NAME_AMBIGUOUS, { reason: name })
  }
  if (head.framing !== NO_BODY) {
    if ((x.method === 'GET' || x.method === 'HEAD' || x.isPreflight) && !operation.spec.bodyDeclared)
      return deny(codes.BODY_NOT_EXPECTED)
    if (head.framing === LENGTH_BODY && head.length > operation.spec.bodyBytes)
      return deny(codes.BODY_TOO_LARGE)
  }
  return pass
}

/**
 * A name with `_` or `.` that is not declared, that two fields of the request collapse into, or that services may take
 * for one that only the gateway writes: no declaration opens that (T19).
 */
function ambiguousName(x: Exchange, { spec, reservedHeaders }: Operation): string | null {
  const { names } = x.fields
  for (const name of names) {
    const plain = collapse(name)
    if (plain === name) continue
    if (!spec.allowHeaderNames.includes(name) || reservedHeaders.has(plain)) return name
    if (names.some((other) => other !== name && collapse(other) === plain)) return name
  }
  return null
}

/** A preflight ends here: answered by the policy of its operation, or refused. */
function preflight(x: Exchange, operation: Operation): Verdict | Promise<Verdict> {
  const verdict = runAll(x, operation.preflight, 0)
  const close = (late: Verdict): Verdict => (late.kind === 'pass' ? deny(codes.CORS_REFUSED) : late)
  return verdict instanceof Promise ? verdict.then(close) : close(verdict)
}

function conclude(x: Exchange, verdict: Verdict): void {
  if (x.finished) return // the client went away while a policy was deciding
  forgetBody(x)
  switch (verdict.kind) {
    case 'pass':
      try {
        if (judgesAnswer(x, x.operation!)) x.client = new AnswerHold(x, x.operation!)
        x.operation!.upstream.forward(x)
      } catch (error) {
        crash(x, error)
      }
      return
    case 'answer':
      x.verdict = 'answer'
      return answerLocally(x, verdict)
    case 'deny':
      return refuse(x, verdict)
    default:
      return refuse(x, deny(codes.INTERNAL_ERROR, { reason: 'a phase skipped' }))
  }
}

/** Our own fault: the client learns a code and an id, the record the rest. */
function crash(x: Exchange, error: unknown): void {
  x.verdict = 'error'
  refuse(
    x,
    deny(codes.INTERNAL_ERROR, {
      reason: error instanceof Error ? (error.stack ?? error.message) : 'not an Error',
    }),
  )
}
