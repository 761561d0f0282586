import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto'
import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { subjectAltNameText } from '../name-text.ts'
import { type Issued, issueAuthority, issueLeaf, vouchesFor } from './certificate-issuer.ts'

/** Paths of PEM files. Clients that trust `ca` accept `cert`. */
export interface LocalCertificate {
  readonly cert: string
  readonly key: string
  readonly ca: string
}

const renewBefore = 30 * 24 * 3_600_000
/** A holder of the lock does a few milliseconds of work; what is older was left behind by a process that died. */
const lockStale = 10_000

/**
 * Gives a server certificate for `names` (DNS names and addresses) from a small authority of the gateway's own,
 * both made when missing: `ca.crt`, `ca.key`, `tls.crt`, `tls.key` in `folder`, readable by their owner only.
 *
 * The certificate is issued anew within 30 days of its end, by the same authority, so that clients need not trust
 * again. Other names ask for another authority, which vouches for those names alone. Files that do not belong
 * together (a start that was killed, a disk that was full) are made again.
 */
export async function ensureLocalCertificate(
  folder: string,
  names: readonly string[],
): Promise<LocalCertificate> {
  if (names.length === 0) throw new RangeError('A certificate needs at least one name.')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const files: Files = {
    ca: { cert: join(folder, 'ca.crt'), key: join(folder, 'ca.key') },
    leaf: { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') },
  }
  if (!(await isCurrent(files, names))) {
    await locked(join(folder, 'authority.lock'), async () => {
      // Another start may have done the work while this one waited.
      if (!(await isCurrent(files, names))) await make(files, names)
    })
  }
  await Promise.all([closeToOthers(files.ca.key), closeToOthers(files.leaf.key)])
  return { cert: files.leaf.cert, key: files.leaf.key, ca: files.ca.cert }
}

/** Where a pair's two PEM files are. */
type PairFiles = { readonly cert: string; readonly key: string }
type Files = { readonly ca: PairFiles; readonly leaf: PairFiles }

async function make(files: Files, names: readonly string[]): Promise<void> {
  let authority = await readPair(files.ca)
  if (authority === null || !isLive(authority) || !vouchesFor(authority.cert, names)) {
    authority = issueAuthority(names)
    await writePair(files.ca, authority)
  }
  await writePair(files.leaf, issueLeaf(authority, [...new Set(names)]))
}

/** Whether all four files are there, belong together, are for exactly these names, and have more than 30 days left. */
async function isCurrent(files: Files, names: readonly string[]): Promise<boolean> {
  const [authority, leaf] = await Promise.all([readPair(files.ca), readPair(files.leaf)])
  if (authority === null || leaf === null || !isLive(authority) || !isLive(leaf)) return false
  const issuer = new X509Certificate(authority.cert)
  const cert = new X509Certificate(leaf.cert)
  const inFile = cert.subjectAltName?.split(', ').sort().join(', ')
  return cert.checkIssued(issuer) && cert.verify(issuer.publicKey) && inFile === subjectAltNameText(names)
}

/** A certificate and its key, or `null` when one is missing, unreadable as PEM, or they are no pair. */
async function readPair(files: PairFiles): Promise<Issued | null> {
  let pair: Issued
  try {
    pair = { cert: await readFile(files.cert, 'utf8'), key: await readFile(files.key, 'utf8') }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  try {
    return new X509Certificate(pair.cert).checkPrivateKey(createPrivateKey(pair.key)) ? pair : null
  } catch {
    return null
  }
}

function isLive(pair: Issued): boolean {
  const { validFromDate, validToDate } = new X509Certificate(pair.cert)
  return validFromDate.getTime() <= Date.now() && validToDate.getTime() - Date.now() > renewBefore
}

/** Takes away what a copy or a careless umask gave; touches nothing else, so that a read-only folder works. */
async function closeToOthers(path: string): Promise<void> {
  if ((await stat(path)).mode & 0o077) await chmod(path, 0o600)
}

/** Key first: a certificate is never there without its key. */
async function writePair(files: PairFiles, pair: Issued): Promise<void> {
  await writeWhole(files.key, pair.key)
  await writeWhole(files.cert, pair.cert)
}

/** Written beside, synced, then renamed: a reader sees the old file or the new one, also after a power cut. */
async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
    await file.close()
    await rename(temporary, path)
  } catch (error) {
    // It may be closed already, or the disk may refuse that too: what went wrong first is what is told.
    await file.close().catch(() => undefined)
    await rm(temporary, { force: true })
    throw error
  }
}

/** Runs `work` while no other process does: two starts at once would mix the files of two authorities. */
async function locked(path: string, work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await (await open(path, 'wx', 0o600)).close()
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const age = await stat(path).then(
      (status) => Date.now() - status.mtimeMs,
      () => 0,
    )
    if (age > lockStale) await rm(path, { force: true })
    else await sleep(20)
  }
  try {
    await work()
  } finally {
    await rm(path, { force: true })
  }
}
