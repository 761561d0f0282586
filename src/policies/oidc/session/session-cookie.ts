import { createHmac, timingSafeEqual } from 'node:crypto'

const secretBytes = 32
const tagBytes = 16

/** Base64url of a secret and its tag, which fill whole characters: there is one spelling of each. */
const form = /^[A-Za-z0-9_-]{64}$/

/**
 * The value of a session cookie: the secret, and a tag of the gateway's own on it. Values that nobody was given are
 * refused by the tag, in the data thread: a flood of them never reaches the store. Fixed lengths leave no second way
 * to cut the value in two (T36).
 */
export function sessionCookie(secret: string, key: Uint8Array): string {
  const bytes = Buffer.from(secret, 'base64url')
  if (bytes.length !== secretBytes) throw new Error('a secret of a session has 256 bits')
  return Buffer.concat([bytes, tagOf(bytes, key)]).toString('base64url')
}

/** The secret of a cookie; null where its tag is missing or wrong (T35). */
export function secretOf(value: string, key: Uint8Array): string | null {
  if (!form.test(value)) return null
  const bytes = Buffer.from(value, 'base64url')
  const secret = bytes.subarray(0, secretBytes)
  return timingSafeEqual(bytes.subarray(secretBytes), tagOf(secret, key))
    ? secret.toString('base64url')
    : null
}

function tagOf(secret: Uint8Array, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(secret).digest().subarray(0, tagBytes)
}
