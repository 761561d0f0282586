/** Of the certificate that a client showed, what binds a token to it. */
export interface ShownCertificate {
  /** Why it is not trusted; null when it is. */
  readonly problem: string | null
  /** `x5t#S256`. */
  readonly thumbprint: string
}

/**
 * Why a token with this `cnf` claim may not be used by a client that showed this certificate; null when it may (RFC
 * 8705 §3). A token without the claim is bound to nothing. One that is bound in another way as well (RFC 9449, RFC
 * 7800) asks for a proof that nobody has checked here, and is refused.
 */
export function boundTokenProblem(cnf: unknown, certificate: ShownCertificate | null): string | null {
  if (cnf === undefined) return null
  if (typeof cnf !== 'object' || cnf === null || Array.isArray(cnf)) return '`cnf` is no object'
  const ways = Object.keys(cnf)
  if (ways.length !== 1 || ways[0] !== 'x5t#S256') return '`cnf` asks for a proof that is not known here'
  const thumbprint = (cnf as Readonly<Record<string, unknown>>)['x5t#S256']
  if (typeof thumbprint !== 'string' || !/^[A-Za-z0-9_-]{43}$/.test(thumbprint))
    return '`x5t#S256` is malformed'
  if (certificate === null) return 'the token is bound to a certificate, and the client showed none'
  if (certificate.problem !== null)
    return `the token is bound to a certificate, and the one shown is not trusted: ${certificate.problem}`
  return certificate.thumbprint === thumbprint ? null : 'the token is bound to another certificate'
}
