/** A scope as RFC 6749 §3.3 writes it: nothing that could end the quoted string. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** The challenge that tells a client which scopes its token lacks (RFC 6750 §3.1). */
export function insufficientScope(
  scopes: readonly string[],
): readonly (readonly [name: string, value: string])[] {
  const list = scopes.filter((scope) => scopeToken.test(scope)).join(' ')
  const parameter = list === '' ? '' : `, scope="${list}"`
  return [['www-authenticate', `Bearer error="insufficient_scope"${parameter}`]]
}
