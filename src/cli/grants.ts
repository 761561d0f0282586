import { parseDuration } from '../config/schema/duration.ts'
import type { GrantKind, StoredGrant } from '../store/grants/grants.ts'
import { StoreError } from '../store/store-error.ts'
import { commandLine } from './actor.ts'
import type { Output } from './output.ts'
import { table } from './table.ts'
import { withStore } from './with-store.ts'

/** What `sallyport grants give` and `break-glass` are asked. */
export interface GiveArguments {
  readonly kind: GrantKind
  /** As `identity/id`. */
  readonly caller: string
  readonly role: string
  /** As `2h`. */
  readonly for: string
  readonly reason: string
}

/** Gives a role for a time. In force on a running gateway within a second. Exit: 0, or 2 when it cannot be done. */
export function giveGrant(dataFolder: string, asked: GiveArguments, output: Output): number {
  return withStore(dataFolder, output, (store) => {
    const lasts = parseDuration(asked.for)
    if (lasts === null || lasts === 0) throw new StoreError('write how long it lasts as 30m or 2h')
    const { kind, caller, role, reason } = asked
    const { id, ends } = store.grants.give(commandLine, { kind, caller, role, lasts, reason })
    output.stdout(`${id}\n`)
    output.stderr(`${caller} has the role ${role} until ${ends}. End it before: sallyport grants end ${id}\n`)
    return 0
  })
}

/** `sallyport grants end`. Exit: 0, or 1 when none in force has this id. */
export function endGrant(dataFolder: string, id: string, output: Output): number {
  return withStore(dataFolder, output, (store) => {
    const ended = store.grants.end(commandLine, id)
    output.stderr(ended ? `Ended: ${id}.\n` : 'No grant in force has this id: see sallyport grants list.\n')
    return ended ? 0 : 1
  })
}

/** `sallyport grants list`: those in force, or all of the last 90 days; break-glass first. */
export function listGrants(
  dataFolder: string,
  { all, json }: { readonly all: boolean; readonly json: boolean },
  output: Output,
): number {
  return withStore(dataFolder, output, (store) => {
    const grants = store.grants.list(all)
    if (json) output.stdout(`${JSON.stringify(grants)}\n`)
    else if (grants.length === 0) output.stderr('No role is granted for a time.\n')
    else output.stdout(table([heads, ...grants.map(rowOf)]))
    return 0
  })
}

const heads = ['ID', 'KIND', 'CALLER', 'ROLE', 'GIVEN BY', 'CREATED', 'ENDS', 'REASON']

function rowOf({ id, kind, caller, role, giver, created, ends, reason }: StoredGrant): string[] {
  return [id, kind, caller, role, giver, created, ends, reason]
}
