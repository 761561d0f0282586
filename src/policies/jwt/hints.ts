import type { FaultName } from '../../engines/jwt/faults.ts'
import type { Claims } from '../../gateway/facts.ts'
import type { JwtSettings } from './jwt-settings.ts'
import { presetOf } from './presets/table.ts'

/**
 * The likely mistake behind a refusal, in constant words for the record, with a space before them; '' where nothing is
 * likely. `claims` are those of a token that is not proven: they choose words and never become any.
 */
export function hintFor(
  fault: FaultName,
  claims: Claims | null,
  token: string,
  settings: JwtSettings,
): string {
  const hint = presetOf(settings.preset).hint?.(fault, claims, token) ?? usual(fault, claims, settings)
  return hint === null ? '' : ` ${hint}`
}

function usual(fault: FaultName, claims: Claims | null, settings: JwtSettings): string | null {
  switch (fault) {
    case 'ISSUER_WRONG':
      return issuerHint(claims?.['iss'], settings.issuers[0])
    case 'AUDIENCE_WRONG':
      return 'The client asked the issuer for a token for another API, or `audience` is not what the issuer calls this one.'
    case 'ALGORITHM_REFUSED':
      return 'If the issuer really signs so, name it under `algorithms`.'
    case 'TYPE_WRONG':
      return settings.rfc9068
        ? 'The issuer does not mark its access tokens as RFC 9068 asks, or it is another kind of token.'
        : null
    case 'KEY_UNKNOWN':
      return 'The token is of another environment, or signed with a key that the issuer has withdrawn.'
    case 'EXPIRED':
      return isNear(claims?.['exp']) ? 'If it is fresh, the clocks differ: set both by NTP.' : null
    case 'NOT_YET_VALID':
      return 'The clock of the issuer is ahead or that of the gateway behind: set both by NTP, or raise `clockTolerance`.'
    case 'ENCRYPTED':
      return 'Let the issuer send this API signed tokens, not encrypted ones.'
    default:
      return null
  }
}

function issuerHint(found: unknown, issuer: string): string | null {
  if (typeof found !== 'string') return null
  const bare = (text: string): string => text.replace(/^https?:\/\//, '').replace(/\/$/, '')
  if (bare(found) !== bare(issuer)) return null
  return found.endsWith('/') === issuer.endsWith('/')
    ? 'It differs from `issuer` only in `http` and `https`.'
    : 'It differs from `issuer` only in the slash at its end: `issuer` is compared letter for letter.'
}

const isNear = (expiry: unknown): boolean =>
  typeof expiry === 'number' && Math.abs(Date.now() / 1000 - expiry) < 600
