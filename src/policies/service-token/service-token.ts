import { codes } from '../../codes.ts'
import { definePolicy, type Policy } from '../../gateway/policy.ts'
import { deny, pass, type Verdict } from '../../gateway/verdict.ts'
import { outgoingFiles } from '../remote-settings.ts'
import { type ServiceTokenSettings, settings } from './settings.ts'
import { type ServiceToken, TokenKeeper } from './token-keeper.ts'

/**
 * Calls the service with a token of the gateway's own, so that it takes no requests but the gateway's, and never sees
 * what the caller proved itself with.
 */
export const serviceToken: Policy<ServiceTokenSettings> = definePolicy({
  name: 'service-token',
  phases: ['authorize', 'prepare'],
  place: 'setting',
  facing: 'trusted-operator',
  onError: 'deny',
  timeout: 6000,
  reads: [],
  writes: [],
  consumedHeaders: () => ['authorization'],
  files: (config, absolute) => ({ ...config, outgoing: outgoingFiles(config.outgoing, absolute) }),
  config: settings,
  denials: [codes.SERVICE_TOKEN_UNAVAILABLE],
  control: (config, host) => new TokenKeeper(config, host),
  setup(_config, host) {
    const unavailable = deny(codes.SERVICE_TOKEN_UNAVAILABLE, {
      reason: 'the provider has given no token for the service, or the last one has ended',
    })
    const current = (): string | null => {
      const state = host.control.state as ServiceToken | undefined
      return state !== undefined && Date.now() < state.until ? state.token : null
    }
    const decide = (): Verdict => (current() === null ? unavailable : pass)
    return {
      request() {
        if (current() !== null) return pass
        // Right after the start the first token may still be on its way.
        return host.control.ask(null).then(decide, () => unavailable)
      },
      prepare(_request, { headers }) {
        const token = current()
        if (token === null) throw new Error('the token for the service has ended')
        headers.set('authorization', `Bearer ${token}`)
      },
    }
  },
})
