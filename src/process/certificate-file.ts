import { readFileSync } from 'node:fs'
import type { GatewaySpec } from '../config/spec.ts'
import { isPem, pemBlocks } from '../engines/x509/pem.ts'
import type { ClientCertificate } from '../gateway/policy.ts'
import { readClientTrust } from '../http/client-trust.ts'
import { ShownCertificate } from '../http/shown-certificate.ts'
import { StartError } from './start-error.ts'
import { tlsEndpoints } from './tls-endpoints.ts'

/**
 * The certificate of a file (PEM, with its intermediates behind it, or DER) as if a client showed it to the first
 * listener that asks for certificates, or to the admin API where no listener does. Nothing proves that the client has
 * its key.
 *
 * @throws StartError with a sentence for whoever named the file.
 */
export function certificateOfFile(path: string, spec: GatewaySpec): ClientCertificate {
  const asked = tlsEndpoints(spec).find(({ clientCertificates }) => clientCertificates !== null)
  if (asked === undefined)
    throw new StartError('No listener asks for certificates: write `clientCertificates` at one.')
  let file: Buffer
  try {
    file = readFileSync(path)
  } catch (error) {
    throw new StartError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`)
  }
  const [leaf, ...between] = isPem(file) ? (pemBlocks(file, ['CERTIFICATE']) ?? []) : [file]
  if (leaf === undefined) throw new StartError(`${path} holds no certificate.`)
  const now = Date.now() / 1000
  const trust = readClientTrust(asked.clientCertificates!)
  return ShownCertificate.ofBytes(leaf, between, trust, now).at(trust, now)
}
