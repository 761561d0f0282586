import { randomBytes } from 'node:crypto'
import type { ControlHalf, ControlHost } from '../../gateway/control-half.ts'

const keptName = 'token-key'
const keyBytes = 32

/** What is published to the data halves: the key that tokens are made with, base64url. */
export interface PublishedKey {
  readonly key: string
}

/** Makes the key of tokens, one for all threads and places, and keeps it over restarts. */
export function control({ kept, publish }: Pick<ControlHost, 'kept' | 'publish'>): ControlHalf {
  const known = kept.read(keptName)
  const usable = known !== null && Buffer.from(known, 'base64url').length === keyBytes
  const key = usable ? known : randomBytes(keyBytes).toString('base64url')
  if (!usable) kept.write(keptName, key)
  publish({ key } satisfies PublishedKey)
  return { close: () => undefined }
}
