import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * A password as it is kept: argon2id (RFC 9106) in the string form that argon2's own tools write,
 * `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`.
 */
export interface PasswordHash {
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
  readonly salt: Buffer
  readonly hash: Buffer
}

/** 19 MiB and two passes: what OWASP asks for at least, at some 20 ms of one core. */
const standard = { memory: 19_456, passes: 2, parallelism: 1 }
const saltBytes = 16
const hashBytes = 32

const form =
  /^\$argon2id\$v=19\$m=([0-9]{1,7}),t=([0-9]{1,3}),p=([0-9]{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

/** Reads a hash, or says what is wrong with it. What would cost a gateway too much, or an attacker too little, is refused. */
export function parsePasswordHash(text: string): PasswordHash | string {
  const match = form.exec(text)
  if (match === null) return 'not an argon2id hash'
  const [memory, passes, parallelism] = match.slice(1, 4).map(Number) as [number, number, number]
  if (memory < 7168 || memory > 262_144) return 'its memory is not between 7168 and 262144 KiB'
  if (passes < 1 || passes > 10) return 'its passes are not between 1 and 10'
  if (parallelism < 1 || parallelism > 4) return 'its lanes are not between 1 and 4'
  return {
    memory,
    passes,
    parallelism,
    salt: Buffer.from(match[4]!, 'base64'),
    hash: Buffer.from(match[5]!, 'base64'),
  }
}

/** Hashes a new password. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes)
  const hash = await derive(password, { ...standard, salt, hash: Buffer.alloc(hashBytes) })
  const { memory, passes, parallelism } = standard
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(hash)}`
}

/** Whether this is the password. Takes its time on Node's thread pool, and as long for a wrong one. */
export async function verifyPassword(password: string, stored: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, stored), stored.hash)
}

/** Equal texts of different code points (é as one or two) are one password (RFC 8265 §4.2.2). */
function derive(
  password: string,
  { memory, passes, parallelism, salt, hash }: PasswordHash,
): Promise<Buffer> {
  const parameters = {
    message: Buffer.from(password.normalize('NFC'), 'utf8'),
    nonce: salt,
    memory,
    passes,
    parallelism,
    tagLength: hash.length,
  }
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, derived) => (error === null ? resolve(derived) : reject(error)))
  })
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
