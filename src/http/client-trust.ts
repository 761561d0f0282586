import { readFileSync, statSync } from 'node:fs'
import type { ClientCertificatesSpec } from '../config/spec.ts'
import { ClientTrust, TrustError, type TrustFile } from '../engines/x509/client-trust.ts'

/** Largest file that is read: a revocation list of a million entries has about 40 MB. */
const mostBytes = 64 * 1024 * 1024

/** Reads the authorities and revocation lists of a listener. Throws with the file and what is wrong with it. */
export function readClientTrust({ authorities, crl }: ClientCertificatesSpec): ClientTrust {
  return new ClientTrust(authorities.map(read), crl.map(read))
}

function read(path: string): TrustFile {
  if (statSync(path).size > mostBytes) throw new TrustError(`${path} is larger than 64 MB`)
  return { path, bytes: readFileSync(path) }
}
