import type { RemoteAnswer } from '../../../gateway/control-half.ts'
import { type AuthorizerAnswer, AuthorizerFailure } from '../backend.ts'

/** Largest answer of an authorizer: what is read of it are a few headers, or a small object. */
export const mostBytes = 65_536

/**
 * A decision by status, as Envoy and Traefik read it. Only 4xx denies: a redirect is a page for somebody else, and
 * other statuses say that nothing was decided. The body says nothing to us.
 */
export function statusAnswer(answer: RemoteAnswer, isAllowed: (status: number) => boolean): AuthorizerAnswer {
  if (!answer.ok) throw new AuthorizerFailure(`the authorizer cannot be asked (${answer.reason})`)
  const { status, headers } = answer
  if (isAllowed(status)) return { allow: true, context: {}, upstreamHeaders: headers }
  if (status < 400 || status > 499 || status === 408 || status === 429)
    throw new AuthorizerFailure(`the authorizer answered with status ${status}, which decides nothing`)
  return {
    allow: false,
    reason: `status ${status}`,
    context: {},
    upstreamHeaders: {},
    denyStatus: status === 401 ? 401 : 403,
  }
}
