import type { TokenRules } from '../../engines/jwt/rules.ts'
import type { EndedSessions } from '../../gateway/sessions.ts'
import type { OidcSettings } from './oidc-settings.ts'
import type { OnceOnly } from './once-only.ts'
import type { Provider } from './provider.ts'

/** What a log-out token ends; or why it ends nothing. */
export type LogOutOrder =
  | { readonly ok: true; readonly ends: EndedSessions }
  | { readonly ok: false; readonly reason: string; readonly unavailable: boolean }

const event = 'http://schemas.openid.net/event/backchannel-logout'
/** A log-out is told within minutes; an old token is one that was kept. */
const longestLifeSeconds = 600

/** Proves a log-out token (OpenID Connect Back-Channel Logout 1.0 §2.6). Each counts once. */
export async function proveLogoutToken(
  text: string,
  settings: OidcSettings,
  provider: Provider,
  seen: OnceOnly,
): Promise<LogOutOrder> {
  const proof = await provider.prove(text, rulesOf(settings))
  if (!proof.ok) return { ...proof, reason: `The log-out token is refused. ${proof.reason}` }
  const { claims } = proof
  const refuse = (reason: string): LogOutOrder => ({
    ok: false,
    reason: `The log-out token is refused. ${reason}`,
    unavailable: false,
  })
  // An ID token has a nonce, and must never pass for one of these.
  if (claims['nonce'] !== undefined) return refuse('It has a "nonce".')
  const { events, sub, sid, jti, exp } = claims
  if (typeof events !== 'object' || events === null || Array.isArray(events))
    return refuse('It has no "events".')
  const said = Object.hasOwn(events, event) ? (events as Readonly<Record<string, unknown>>)[event] : undefined
  if (typeof said !== 'object' || said === null || Array.isArray(said))
    return refuse('Its "events" do not name a log-out.')
  if (sid !== undefined && typeof sid !== 'string') return refuse('Its "sid" is no text.')
  const named = typeof sid === 'string' && sid !== ''
  if (!named && typeof sub !== 'string') return refuse('It names neither "sid" nor "sub".')
  const until = (Number(exp) + settings.clockToleranceSeconds) * 1000
  if (!seen.first(String(jti), until, Date.now())) return refuse('It was used before.')
  return { ok: true, ends: named ? { providerSession: sid } : { subject: String(sub) } }
}

function rulesOf({ issuer, clientId, algorithms, clockToleranceSeconds }: OidcSettings): TokenRules {
  return {
    issuers: [issuer],
    audiences: [clientId],
    clientIds: null,
    algorithms,
    // `logout+jwt` is recommended only (§2.4); what tells it from other tokens is `events` and no `nonce`.
    types: ['logout+jwt', 'jwt', ''],
    clockToleranceSeconds,
    maxLifetimeSeconds: longestLifeSeconds,
    requiredClaims: ['iat', 'jti'],
    rfc9068: false,
  }
}
