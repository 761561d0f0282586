import { readFileSync, statSync } from 'node:fs'
import type { ClientCertificatesSpec } from '../config/spec.ts'
import { ClientTrust, TrustError, type TrustFile, trustDigest } from '../engines/x509/client-trust.ts'

/** Largest file that is read: a revocation list of a million entries has about 40 MB. */
const mostBytes = 64 * 1024 * 1024

/**
 * Reads the authorities and revocation lists of a listener. One of `known` is given back where it was made of the same
 * bytes: a list of a million entries takes a third of a second to read. Throws with the file and what is wrong with it.
 */
export function readClientTrust(
  { authorities, crl }: ClientCertificatesSpec,
  known: readonly ClientTrust[] = [],
): ClientTrust {
  const files = authorities.map(read)
  const lists = crl.map(read)
  const digest = trustDigest(files, lists)
  return known.find((one) => one.digest === digest) ?? new ClientTrust(files, lists)
}

function read(path: string): TrustFile {
  if (statSync(path).size > mostBytes) throw new TrustError(`${path} is larger than 64 MB`)
  return { path, bytes: readFileSync(path) }
}
