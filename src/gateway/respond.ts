import type { Code } from '../codes.ts'
import { Fields } from '../engines/http1/fields.ts'
import type { Exchange } from './exchange.ts'
import { FieldEdit } from './field-edit.ts'
import type { Operation } from './plan.ts'
import type { Answer, Deny } from './verdict.ts'

/** Runs the response phases over the head of an answer, the upstream's or the gateway's own. */
export function editResponse(
  x: Exchange,
  operation: Operation,
  status: number,
  fields: Fields,
  local: boolean,
): void {
  if (operation.respond.length === 0) return
  const view = { status, headers: new FieldEdit(fields), local }
  for (const step of operation.respond) {
    if (!step.observe) step.instance.respond!(x, view)
  }
}

/** Ends a request with a denial: problem details for the client, the reason for the record. */
export function refuse(x: Exchange, verdict: Deny): void {
  if (x.finished) return
  if (x.verdict === 'allow') x.verdict = verdict.code.status >= 500 ? 'error' : 'deny'
  x.code = verdict.code.code
  if (verdict.detail.reason !== undefined) x.reason = verdict.detail.reason
  const fields = new Fields()
  for (const [name, value] of verdict.detail.headers ?? []) fields.push(name, value)
  // What is over soon says so: clients that come back at once would only prolong it.
  if (verdict.code.status === 503) fields.push('retry-after', '1')
  const { page } = verdict.detail
  fields.push('content-type', page === undefined ? 'application/problem+json' : 'text/html')
  fields.push('cache-control', 'no-store')
  fields.push('x-content-type-options', 'nosniff')
  if (x.operation !== null) editLocally(x, x.operation, verdict.code.status, fields)
  x.client.reply(verdict.code.status, fields, page ?? problem(verdict.code, x.id))
}

/** Answers in the place of the upstream. */
export function answerLocally(x: Exchange, verdict: Answer): void {
  const fields = new Fields()
  for (const [name, value] of verdict.headers) fields.push(name, value)
  if (x.operation !== null) editLocally(x, x.operation, verdict.status, fields)
  x.client.reply(verdict.status, fields, verdict.body)
}

/** A response policy that fails may not keep a refusal from being sent. */
function editLocally(x: Exchange, operation: Operation, status: number, fields: Fields): void {
  try {
    editResponse(x, operation, status, fields, true)
  } catch (error) {
    x.reason ??= error instanceof Error ? error.message : 'a response policy failed'
  }
}

/** RFC 9457. Everything in it is a constant of the code, but the id, which the gateway made. */
export function problem(code: Code, id: string): string {
  return `{"type":"urn:sallyport:denial:${code.code}","title":"${code.title}","status":${code.status},"code":"${code.code}","requestId":"${id}"}`
}
