import { createPrivateKey, generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The content of `client.json`: what a service needs to get tokens with its own name (client credentials). */
export interface ClientFile {
  readonly clientId: string
  readonly clientSecret: string
  readonly tokenEndpoint: string
}

/** The key of `issuer.key` (PKCS #8, P-256) as a JWK, made on the first start: what it signed survives a restart. */
export function ensureSigningKey(folder: string): JsonWebKey {
  const file = join(folder, 'issuer.key')
  const kept = read(file, createPrivateKey)
  if (kept !== undefined) return kept.export({ format: 'jwk' })
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writePrivate(file, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  return privateKey.export({ format: 'jwk' })
}

/** Writes `client.json` with the secret that it held, or with a new one (256 random bits). */
export function ensureClient(folder: string, clientId: string, tokenEndpoint: string): ClientFile {
  const file = join(folder, 'client.json')
  const kept = read(file, (text) => JSON.parse(text) as Partial<ClientFile>)
  const clientSecret = kept?.clientSecret ?? randomBytes(32).toString('base64url')
  const client = { clientId, clientSecret, tokenEndpoint }
  writePrivate(file, `${JSON.stringify(client, null, 2)}\n`)
  return client
}

/** The secret that a file holds in one line, or a new one (256 random bits). */
export function ensureSecret(file: string): string {
  const kept = read(file, (text) => {
    const secret = text.trim()
    if (!/^[\w-]{43}$/.test(secret)) throw new Error('no secret')
    return secret
  })
  if (kept !== undefined) return kept
  const secret = randomBytes(32).toString('base64url')
  writePrivate(file, `${secret}\n`)
  return secret
}

/** Makes a folder that only its owner can enter. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
}

/** Replaces a file, readable by its owner only, in one step: whoever reads it sees the old or the new text. */
export function writePrivate(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** What a file of an earlier start holds, or `undefined` where there was none. */
function read<T>(file: string, parse: (text: string) => T): T | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return parse(text)
  } catch {
    throw new Error(`${file} is damaged: remove it, and the next start makes another`)
  }
}
