import { z } from 'zod'
import { codes } from '../../codes.ts'
import { definePolicy, type KeyRecord, type Policy } from '../../gateway/policy.ts'
import { deny, notMine, pass, skipWith } from '../../gateway/verdict.ts'
import { apiKeyFault } from '../../store/keys/key-format.ts'
import { headerName } from '../header-fields.ts'
import { realm } from '../realm.ts'

/** Settings of an `api-key` identity. */
export interface ApiKeySettings {
  /** Name of the header that carries the key. Default `X-API-Key`. */
  readonly header: string
  /** Protection space named in the challenge. Default `api`. */
  readonly realm: string
}

/** Longest key that is looked up: what is longer was not issued here, and is not worth hashing. */
const longestKey = 512

/** Headers that have a scheme or a meaning of their own, so that a bare key in them has two readings. */
const takenNames: ReadonlySet<string> = new Set(['authorization', 'cookie', 'set-cookie', 'origin'])

const settings: z.ZodType<ApiKeySettings> = z.strictObject({
  header: headerName
    .refine((name) => !takenNames.has(name.toLowerCase()), {
      error: 'the header has a meaning of its own\nWrite another one, such as `X-API-Key`.',
    })
    .default('X-API-Key')
    .describe('Header that carries the key. Never passed on to the upstream.'),
  realm,
})

/** Proves a caller by a key of the embedded store. */
export const apiKey: Policy<ApiKeySettings> = definePolicy({
  name: 'api-key',
  phases: ['authenticate'],
  place: 'identity',
  facing: 'untrusted-client',
  onError: 'deny',
  reads: [],
  writes: ['caller'],
  neverAmbient: true,
  credential: (config) => `header ${config.header.toLowerCase()}`,
  upstreamHeaders: (config) => [config.header.toLowerCase()],
  config: settings,
  denials: [codes.API_KEY_INVALID],
  setup(config, host) {
    const header = config.header.toLowerCase()
    const challenge = `ApiKey realm="${config.realm}", header="${config.header}"`
    const missing = skipWith(challenge)
    const headers = [['www-authenticate', challenge]] as const
    const refuse = (reason: string) => deny(codes.API_KEY_INVALID, { reason, headers })
    // One verdict for each reason, made once: the client sees the same answer for all of them.
    const repeated = refuse('the key header was sent several times')
    const empty = refuse('the key header was empty')
    const tooLong = refuse(`the key was longer than ${longestKey} characters`)
    const malformed = refuse('the key has not the form of a key of this gateway')
    const mistyped = refuse('the checksum of the key is wrong: it was cut or mistyped')
    const unknown = refuse('the key is unknown or revoked')
    const elsewhere = refuse('the key may not be used from this address')
    const foreign = notMine(refuse('the key belongs to another identity'))
    /** Under which version of the revocations a key was found in none of them. */
    const cleared = new WeakMap<KeyRecord, number>()
    const revocationOf = (key: KeyRecord): string | null => {
      const { revocations } = host
      const { identity, id, issuedAt } = key
      const found = revocations.find({ identity, subject: id, issuedAt })
      if (found === null) cleared.set(key, revocations.version)
      return found
    }
    return {
      request(request, set) {
        const lines = request.headerCount(header)
        if (lines === 0) return missing
        // Two keys have two readings: which one counted would depend on who reads (T24).
        if (lines > 1) return repeated
        const presented = request.header(header) ?? ''
        if (presented === '') return empty
        if (presented.length > longestKey) return tooLong
        const key = host.findKey(presented)
        if (key === undefined) {
          const fault = apiKeyFault(presented)
          return fault === null ? unknown : fault === 'form' ? malformed : mistyped
        }
        if (key.identity !== host.instance) return foreign
        const now = Date.now()
        if (key.expires !== null && key.expires <= now)
          return refuse(`the key expired on ${new Date(key.expires).toISOString().slice(0, 19)}Z`)
        // Not 403: a thief would learn that the key is live, and only the place wrong.
        if (key.networks !== null && !key.networks.has(request.clientAddress)) return elsewhere
        if (cleared.get(key) !== host.revocations.version) {
          const revocation = revocationOf(key)
          if (revocation !== null) return refuse(revocation)
        }
        key.used(now)
        set('caller', key.caller)
        return pass
      },
    }
  },
})
