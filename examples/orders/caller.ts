import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto'

/** Who calls, as the gateway proved it. */
export interface Caller {
  readonly id: string
  readonly identity: string
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
}

const hour = 3600_000

/**
 * Gives what reads the caller from the value of `X-Caller-Token`: null for a token that is missing, forged, expired, or
 * for another service. `keySet` is the address of the gateway's `/.well-known/jwks.json`.
 */
export function callerReader(
  keySet: string,
  issuer: string,
  audience: string,
): (token: string | undefined) => Promise<Caller | null> {
  let keys: Promise<ReadonlyMap<string, KeyObject>> = Promise.resolve(new Map())
  let asked = Number.NEGATIVE_INFINITY

  async function load(): Promise<ReadonlyMap<string, KeyObject>> {
    const response = await fetch(keySet, { signal: AbortSignal.timeout(5000) })
    const set = (await response.json()) as { keys: (JsonWebKey & { kid: string })[] }
    const usable = set.keys.filter(({ alg }) => alg === 'ES256')
    return new Map(usable.map((jwk) => [jwk.kid, createPublicKey({ format: 'jwk', key: jwk })]))
  }

  /** An unknown key is asked for at once, but not more often than every 10 s: forged tokens must not cause a flood. */
  async function keyOf(kid: string): Promise<KeyObject | undefined> {
    const before = await keys
    const age = performance.now() - asked
    if (age > hour || (!before.has(kid) && age > 10_000)) {
      asked = performance.now()
      keys = load().catch(() => before)
    }
    return (await keys).get(kid)
  }

  return async (token) => {
    try {
      const [head = '', body = '', signature = '', ...more] = (token ?? '').split('.')
      const { alg, typ, kid } = read(head)
      if (more.length > 0 || alg !== 'ES256' || typ !== 'caller+jwt') return null
      const key = await keyOf(String(kid))
      if (key === undefined) return null
      const bytes = Buffer.from(signature, 'base64url')
      if (!verify('sha256', Buffer.from(`${head}.${body}`), { key, dsaEncoding: 'ieee-p1363' }, bytes))
        return null
      const { iss, aud, exp, sub, identity, scope, roles } = read(body)
      if (iss !== issuer || aud !== audience) return null
      // Clocks of two machines differ by seconds.
      if (typeof exp !== 'number' || exp + 5 < Date.now() / 1000) return null
      const scopes = String(scope).split(' ').filter(Boolean)
      return { id: String(sub), identity: String(identity), scopes, roles: roles as string[] }
    } catch {
      return null
    }
  }
}

function read(part: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>
}
