import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** 32 random bytes in base64url. */
const secretLength = 43
/** A CRC-32 in base62 has at most six digits. */
const checksumLength = 6

/** Prefix of API keys: people and secret scanners tell by it what they found. */
export const apiKeyPrefix = 'spk_'
/** Prefix of admin tokens. */
export const adminTokenPrefix = 'spa_'

/** Length of a key that was issued before keys had a checksum. */
export const plainKeyLength: number = apiKeyPrefix.length + secretLength
/** Length of a key. */
export const apiKeyLength: number = plainKeyLength + checksumLength

/** A new secret of 256 random bits, as it is shown to its owner once. */
export function newSecret(prefix: string): string {
  return prefix + randomBytes(32).toString('base64url')
}

/**
 * A new API key: a secret, and a checksum by which secret scanners tell a key from a text that looks like one, without
 * asking anybody.
 */
export function newApiKey(): string {
  return withChecksum(newSecret(apiKeyPrefix))
}

/** The key that this secret makes. */
export function withChecksum(secret: string): string {
  return secret + checksumOf(secret)
}

/** A public name for a key, safe in logs and on command lines. */
export function newKeyId(): string {
  return `key_${randomBytes(9).toString('base64url')}`
}

/** Whether a text can be the public name of a key: a key itself, given in its place, must not get into any log. */
export function isKeyId(text: string): boolean {
  return /^key_[A-Za-z0-9_-]{12}$/.test(text)
}

/** Whether a text can be an issued secret at all. The format is public, so that this tells an attacker nothing. */
export function hasFormat(prefix: string, text: string): boolean {
  return text.length === prefix.length + secretLength && text.startsWith(prefix)
}

/** Why a text can be no API key, or null. A wrong checksum is told before any hash is made. */
export function apiKeyFault(text: string): 'form' | 'checksum' | null {
  if (!text.startsWith(apiKeyPrefix)) return 'form'
  if (text.length === plainKeyLength) return null
  if (text.length !== apiKeyLength) return 'form'
  return text.endsWith(checksumOf(text.slice(0, plainKeyLength))) ? null : 'checksum'
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** CRC-32 of the text in base62, most significant digit first, filled up with `0`. */
function checksumOf(text: string): string {
  let rest = crc32(text)
  let written = ''
  for (let i = 0; i < checksumLength; i++) {
    written = digits[rest % 62] + written
    rest = Math.floor(rest / 62)
  }
  return written
}
