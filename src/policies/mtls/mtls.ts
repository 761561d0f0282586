import { codes } from '../../codes.ts'
import type { Caller } from '../../gateway/facts.ts'
import { type ClientCertificate, definePolicy, type Policy } from '../../gateway/policy.ts'
import { type Deny, deny, notMine, pass, skipWith } from '../../gateway/verdict.ts'
import { describeCertificate } from './description.ts'
import { Matcher } from './matcher.ts'
import { type MtlsSettings, settings } from './settings.ts'

/** Proves a caller by the client certificate of the connection, or by the one that a balancer tells. */
export const mtls: Policy<MtlsSettings> = definePolicy({
  name: 'mtls',
  phases: ['authenticate'],
  place: 'identity',
  facing: 'untrusted-client',
  onError: 'deny',
  reads: [],
  writes: ['caller'],
  credential: () => 'certificate',
  config: settings,
  denials: [codes.CERTIFICATE_REFUSED, codes.CERTIFICATE_UNKNOWN],
  setup(config, host) {
    const matcher = new Matcher(config, host.instance)
    const challenge = `ClientCertificate realm="${config.realm}"`
    const missing = skipWith(challenge)
    const headers = [['www-authenticate', challenge]] as const
    /** The view of a certificate lives as long as its connection, and as what is known of it stays the same. */
    const found = new WeakMap<ClientCertificate, Caller | string>()
    const told = (certificate: ClientCertificate, reason: string): string =>
      `${reason}: ${describeCertificate(certificate)}`
    const refused = (certificate: ClientCertificate, reason: string): Deny =>
      deny(codes.CERTIFICATE_REFUSED, { reason: told(certificate, reason), headers })
    return {
      request({ clientCertificate: certificate }, set) {
        if (certificate === null) return missing
        if (certificate.problem !== null) return refused(certificate, certificate.problem)
        let caller = found.get(certificate)
        if (caller === undefined) {
          caller = matcher.callerOf(certificate)
          found.set(certificate, caller)
        }
        if (typeof caller === 'string')
          return notMine(deny(codes.CERTIFICATE_UNKNOWN, { reason: told(certificate, caller), headers }))
        const revoked = host.revocations.find({
          identity: host.instance,
          certificate: certificate.fingerprint,
          subject: caller.id,
          issuedAt: certificate.notBefore,
        })
        if (revoked !== null) return refused(certificate, revoked)
        set('caller', caller)
        return pass
      },
    }
  },
})
