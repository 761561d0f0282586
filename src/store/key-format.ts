import { randomBytes } from 'node:crypto'

/** 32 random bytes in base64url. */
const secretLength = 43

/** Prefix of API keys: people and secret scanners tell by it what they found. */
export const apiKeyPrefix = 'spk_'
/** Prefix of admin tokens. */
export const adminTokenPrefix = 'spa_'

/** A new secret of 256 random bits, as it is shown to its owner once. */
export function newSecret(prefix: string): string {
  return prefix + randomBytes(32).toString('base64url')
}

/** A public name for a key, safe in logs and on command lines. */
export function newKeyId(): string {
  return `key_${randomBytes(9).toString('base64url')}`
}

/** Whether a text can be an issued secret at all. The format is public, so that this tells an attacker nothing. */
export function hasFormat(prefix: string, text: string): boolean {
  return text.length === prefix.length + secretLength && text.startsWith(prefix)
}
