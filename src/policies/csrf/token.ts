import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Caller } from '../../gateway/facts.ts'

/**
 * The token of a caller: bound to who it is and to the session that its browser has, so that none of another session
 * fits. Parts are joined as JSON, which no other parts read the same (T36).
 */
export function tokenOf({ identity, id }: Caller, session: string | null, key: Uint8Array): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([identity, id, session]))
    .digest('base64url')
}

export function isToken(sent: string, token: string): boolean {
  const [left, right] = [Buffer.from(sent, 'latin1'), Buffer.from(token, 'latin1')]
  return left.length === right.length && timingSafeEqual(left, right)
}
