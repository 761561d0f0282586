import type { Claims } from '../../gateway/facts.ts'
import type { IntrospectionSettings } from './introspection-settings.ts'

/** How far the provider's clock may differ, in seconds. */
const toleranceSeconds = 30

/**
 * Whether an introspection answer proves the caller (RFC 7662 §2.2): a sentence why not, or until when, in seconds
 * since 1970, null where the provider does not say. What has the wrong type is never taken for absent.
 */
export function judgeAnswer(
  answer: Claims,
  { audiences, issuer }: Pick<IntrospectionSettings, 'audiences' | 'issuer'>,
  nowSeconds: number,
): { readonly expiresAt: number | null } | string {
  const { active, exp, nbf, iss, aud, token_type: type } = answer
  if (active === false)
    return 'the provider says that the token is not active: it expired, was revoked, or is not its own'
  if (active !== true) return '"active" of the answer is neither true nor false'
  if (exp !== undefined && !isTime(exp)) return '"exp" of the answer is no time'
  if (exp !== undefined && exp + toleranceSeconds <= nowSeconds) return 'the token has expired'
  if (nbf !== undefined && (!isTime(nbf) || nbf - toleranceSeconds > nowSeconds))
    return 'the token is not valid yet, or its "nbf" is no time'
  if (issuer !== null && iss !== undefined && iss !== issuer) return '"iss" of the answer is another issuer'
  if (type !== undefined && (typeof type !== 'string' || type.toLowerCase() !== 'bearer'))
    return 'the token is no bearer token: one that is bound to a key needs its proof'
  if (audiences === null) return { expiresAt: exp ?? null }
  const named: unknown[] = Array.isArray(aud) ? aud : [aud]
  if (aud === undefined)
    return '"aud" is absent from the answer: set `audience: false` if the provider never names one'
  if (!named.every((one) => typeof one === 'string'))
    return '"aud" of the answer is neither a text nor a list of texts'
  return named.some((one) => audiences.includes(one as string))
    ? { expiresAt: exp ?? null }
    : 'the token is for another audience'
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
