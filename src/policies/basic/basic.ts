import { codes } from '../../codes.ts'
import { networkOfClient } from '../../engines/networks/client-network.ts'
import type { Caller } from '../../gateway/facts.ts'
import { definePolicy, type Policy } from '../../gateway/policy.ts'
import { type Deny, deny, notMine, pass, skipWith, type Verdict } from '../../gateway/verdict.ts'
import { readCredentials } from './credentials.ts'
import { ProvenPasswords } from './proven.ts'
import { type BasicSettings, settings } from './settings.ts'
import { type LogInAnswer, Verifier } from './verifier.ts'

/** Proves a caller by name and password (RFC 7617), over TLS only. */
export const basic: Policy<BasicSettings> = definePolicy({
  name: 'basic',
  phases: ['authenticate'],
  place: 'identity',
  facing: 'untrusted-client',
  onError: 'deny',
  timeout: 10_000,
  reads: [],
  writes: ['caller'],
  credential: () => 'authorization',
  consumedHeaders: () => ['authorization'],
  config: settings,
  denials: [codes.PASSWORD_WRONG, codes.LOGIN_THROTTLED, codes.LOGIN_BUSY],
  control: (config, host) => new Verifier(config, host),
  setup({ users, realm, remember }, host) {
    const challenge = `Basic realm="${realm}", charset="UTF-8"`
    const missing = skipWith(challenge)
    const headers = [['www-authenticate', challenge]] as const
    const refuse = (reason: string): Deny => deny(codes.PASSWORD_WRONG, { reason, headers })
    const repeated = refuse('the authorization header was sent several times')
    const foreign = notMine(refuse('the authorization header has another scheme'))
    const malformed = refuse('the credentials are not canonical base64 of a name and a password')
    const wrong = refuse('there is no such account, or its password is another one')
    const revoked = refuse('the account was revoked')
    const busy = deny(codes.LOGIN_BUSY, { reason: 'too many passwords are being checked at once' })
    const proven = new ProvenPasswords(remember)
    const callers = new Map(
      Object.entries(users).map(([id, { scopes, roles }]): [string, Caller] => [
        id,
        Object.freeze({ id, identity: host.instance, scopes, roles, claims: noClaims, ambient: true }),
      ]),
    )
    const isRevoked = (subject: string): boolean =>
      host.revocations.find({ identity: host.instance, subject }) !== null

    const conclude = (digest: string, name: string, answer: LogInAnswer): Verdict | Caller => {
      switch (answer.kind) {
        case 'wrong':
          return wrong
        case 'busy':
          return busy
        case 'throttled':
          return deny(codes.LOGIN_THROTTLED, {
            reason: 'log-ins of the account or from the address fail too often',
            headers: [['retry-after', String(answer.seconds)]],
          })
        case 'proven': {
          const caller = callers.get(name)
          if (caller === undefined) return wrong
          if (isRevoked(name)) return revoked
          proven.add(digest, caller, host.revocations.version)
          return caller
        }
      }
    }

    return {
      request(request, set) {
        const lines = request.headerCount('authorization')
        if (lines === 0) return missing
        if (lines > 1) return repeated
        const authorization = request.header('authorization') ?? ''
        const credentials = readCredentials(authorization)
        if (credentials === undefined) return foreign
        if (credentials === null) return malformed
        const { name, password } = credentials
        const digest = proven.digest(authorization)
        const known = proven.get(digest)
        if (known !== undefined) {
          if (known.revocations !== host.revocations.version) {
            if (isRevoked(name)) {
              proven.forget(digest)
              return revoked
            }
            known.revocations = host.revocations.version
          }
          set('caller', known.caller)
          return pass
        }
        const from = networkOfClient(request.clientAddress)
        return host.control.ask({ name, password, from }).then((answer) => {
          const concluded = conclude(digest, name, answer as LogInAnswer)
          if ('kind' in concluded) return concluded
          set('caller', concluded)
          return pass
        })
      },
    }
  },
})

const noClaims: Caller['claims'] = Object.freeze(Object.create(null) as Caller['claims'])
