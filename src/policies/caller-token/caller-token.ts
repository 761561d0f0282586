import { z } from 'zod'
import { codes } from '../../codes.ts'
import { type PrivateJwk, type SigningAlgorithm, SigningKey } from '../../engines/jwt-signing/signing-key.ts'
import { definePolicy, type Policy } from '../../gateway/policy.ts'
import { deny, pass } from '../../gateway/verdict.ts'
import { CallerTokens } from './caller-tokens.ts'
import { control, tokenType } from './control.ts'
import { privateJwk } from './key-ring.ts'
import { type CallerTokenSettings, settings } from './settings.ts'

/** What the half on the control plane publishes: the key that signs now. */
const state: z.ZodType<{ algorithm: SigningAlgorithm; key: PrivateJwk }> = z.strictObject({
  algorithm: z.enum(['ES256', 'EdDSA']),
  key: privateJwk,
})

const unavailable = deny(codes.CALLER_TOKEN_UNAVAILABLE, { reason: 'no signing key has been published yet' })

/** Tells the service who the proven caller is, in a short-lived token that the gateway signs. */
export const callerToken: Policy<CallerTokenSettings> = definePolicy({
  name: 'caller-token',
  // `prepare` cannot refuse: whether the caller can be told is decided in `authorize`.
  phases: ['authorize', 'prepare'],
  place: 'setting',
  facing: 'untrusted-client',
  onError: 'deny',
  reads: [],
  mayRead: ['caller'],
  writes: [],
  upstreamHeaders: ({ header, headers }) =>
    [header, ...Object.keys(headers)].map((name) => name.toLowerCase()),
  sharedControl: ({ algorithm }) => algorithm,
  control: ({ algorithm }, host) => control(algorithm, host),
  config: settings,
  denials: [codes.CALLER_TOKEN_UNAVAILABLE, codes.CALLER_TOKEN_REFUSED],
  setup(config, host) {
    const header = config.header.toLowerCase()
    const tokens = new CallerTokens(config)
    let published: unknown
    let key: SigningKey | null = null
    const signingKey = (): SigningKey | null => {
      const now = host.control.state
      if (now !== published) {
        const { algorithm, key: jwk } = state.parse(now)
        key = new SigningKey(algorithm, jwk, tokenType)
        published = now
      }
      return key
    }
    return {
      request({ facts: { caller } }) {
        if (caller === undefined) return pass
        if (signingKey() === null) return unavailable
        const known = tokens.know(caller)
        return typeof known === 'string' ? deny(codes.CALLER_TOKEN_REFUSED, { reason: known }) : pass
      },
      prepare({ facts: { caller } }, { headers, service }) {
        if (caller === undefined) return
        const signer = signingKey()
        const known = tokens.know(caller)
        if (signer === null || typeof known === 'string')
          throw new Error('the caller cannot be told to the service')
        headers.set(header, tokens.token(known, service, signer, Date.now()))
        for (const [name, value] of known.headers) headers.set(name, value)
      },
    }
  },
})
