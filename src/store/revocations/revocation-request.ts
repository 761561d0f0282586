import { isOneLine } from '../one-line.ts'
import { StoreError } from '../store-error.ts'
import type { RevocationKind } from './revocation-index.ts'

/** What a credential can be revoked by. */
export const revocationKinds: readonly RevocationKind[] = [
  'token',
  'subject',
  'session',
  'key',
  'certificate',
]

/** What is to be revoked. */
export interface NewRevocation {
  readonly kind: RevocationKind
  /** `jti`, `sub` or id of the caller, `sid`, `kid`, or SHA-256 of a certificate in hex. */
  readonly value: string
  /** Name of the identity that it holds for. Default: all. */
  readonly identity?: string | undefined
  /** For a subject: what was issued before this (seconds since 1970) is revoked. Default: what was issued up to now. */
  readonly before?: number | undefined
  /** When it ends. Default: never. */
  readonly expires?: Date | undefined
  /** Why, for people. */
  readonly reason?: string | undefined
}

/** The same, complete and safe to keep. */
export interface CheckedRevocation {
  readonly kind: RevocationKind
  readonly value: string
  readonly identity: string
  readonly before: number | null
  readonly expires: string | null
  readonly reason: string
}

const longestValue = 2048
const longestReason = 200

/** @throws StoreError with a sentence for whoever asked. */
export function checkRevocation(asked: NewRevocation, now: number): CheckedRevocation {
  const { kind, identity = '', before, expires, reason = '' } = asked
  if (!revocationKinds.includes(kind))
    throw new StoreError(`a revocation is of ${revocationKinds.join(', ')}`)
  if (before !== undefined && (kind !== 'subject' || !Number.isSafeInteger(before) || before < 0))
    throw new StoreError('only a subject is revoked before a time, in whole seconds since 1970')
  if (expires !== undefined && !(expires.getTime() > now && expires.getUTCFullYear() < 10_000))
    throw new StoreError('a revocation ends in the future')
  if (identity.length > 64 || !isOneLine(identity)) throw new StoreError('that is no name of an identity')
  if (reason.length > longestReason || !isOneLine(reason))
    throw new StoreError(`a reason has at most ${longestReason} characters and no control characters`)
  return {
    kind,
    value: checkValue(kind, asked.value),
    identity,
    // A token says in whole seconds when it was issued: those of this very second are met, too.
    before: kind === 'subject' ? (before ?? Math.floor(now / 1000) + 1) : null,
    expires: expires?.toISOString() ?? null,
    reason,
  }
}

function checkValue(kind: RevocationKind, value: string): string {
  // Whole credentials would stand readable in the store, in lists and in the audit log.
  if (/^eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_.-]*$/.test(value))
    throw new StoreError('that is a whole token: name its `jti`, its `sub` or its `sid`')
  if (/^sp[ka]_[A-Za-z0-9_-]{40,}$/.test(value))
    throw new StoreError(
      'that is a secret itself: revoke it by its id, with `sallyport keys` or `sallyport admin-token`',
    )
  if (kind === 'certificate') {
    const hex = value.replaceAll(':', '').toLowerCase()
    if (!/^[0-9a-f]{64}$/.test(hex))
      throw new StoreError('a certificate is named by its SHA-256, 64 digits in hex')
    return hex
  }
  if (value === '' || value.length > longestValue || !isOneLine(value))
    throw new StoreError(`the value has 1 to ${longestValue} characters and no control characters`)
  return value
}
