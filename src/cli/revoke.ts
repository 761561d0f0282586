import type { RevocationKind } from '../store/revocations/revocation-index.ts'
import { commandLine } from './actor.ts'
import type { Output } from './output.ts'
import { endAfter } from './time-span.ts'
import { withStore } from './with-store.ts'

/** What `sallyport revoke` is asked. */
export interface RevokeArguments {
  readonly kind: string
  readonly value: string
  /** Name of the identity. Default: all. */
  readonly identity?: string
  /** How long, as `30d`. Default: for good. */
  readonly for?: string
  readonly reason?: string
}

/** Revokes a credential. A running gateway refuses it within a second. Exit: 0, or 2 when it cannot be done. */
export function runRevoke(dataFolder: string, asked: RevokeArguments, output: Output): number {
  return withStore(dataFolder, output, (store) => {
    const { id, kind, before, expires } = store.revocations.add(commandLine, {
      kind: asked.kind as RevocationKind,
      value: asked.value,
      identity: asked.identity,
      expires: asked.for === undefined ? undefined : endAfter(asked.for),
      reason: asked.reason,
    })
    output.stdout(`${id}\n`)
    const what =
      before === null ? `The ${kind} is revoked` : `What the ${kind} was issued up to now is revoked`
    output.stderr(
      `${what}${expires === null ? '' : ` until ${expires}`}. Take it back: sallyport revocations remove ${id}\n`,
    )
    return 0
  })
}
