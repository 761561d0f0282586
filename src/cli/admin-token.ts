import type { AdminRole } from '../store/admin-roles.ts'
import type { StoredAdminToken } from '../store/admin-tokens.ts'
import type { Store } from '../store/store.ts'
import { commandLine } from './actor.ts'
import type { Output } from './output.ts'
import { table } from './table.ts'
import { endAt } from './time-span.ts'
import { withStore } from './with-store.ts'

/** What `sallyport admin-token` is asked. */
export type AdminTokenAction =
  /** A new first token; the one before ends. */
  | { readonly action: 'replace' }
  | { readonly action: 'create'; readonly name: string; readonly role: string; readonly expires?: string }
  | { readonly action: 'list'; readonly json: boolean }
  | { readonly action: 'revoke'; readonly id: string }

/**
 * Issues, lists and ends admin tokens. A new one is the only thing on stdout; a running gateway asks for it at once.
 *
 * @returns 0; 1 when there is no such live token; 2 when the store or the arguments are unusable.
 */
export function runAdminToken(dataFolder: string, asked: AdminTokenAction, output: Output): number {
  return withStore(dataFolder, output, (store) => {
    switch (asked.action) {
      case 'replace':
        output.stdout(`${store.adminTokens.replace(commandLine)}\n`)
        output.stderr('The admin token is shown this once: keep it now. The one before has ended.\n')
        return 0
      case 'create':
        return create(store, asked, output)
      case 'list':
        return list(store.adminTokens.list(), asked.json, output)
      case 'revoke':
        return revoke(store, asked.id, output)
    }
  })
}

function create(
  store: Store,
  { name, role, expires }: { readonly name: string; readonly role: string; readonly expires?: string },
  { stdout, stderr }: Output,
): number {
  const { id, token } = store.adminTokens.create(commandLine, {
    name,
    role: role as AdminRole,
    expires: expires === undefined ? undefined : endAt(expires),
  })
  stdout(`${token}\n`)
  stderr(`Admin token ${id} for ${name}, role ${role}. It is shown this once: keep it now.\n`)
  return 0
}

function list(tokens: readonly StoredAdminToken[], json: boolean, { stdout }: Output): number {
  const now = new Date().toISOString()
  const state = ({ revoked, expires }: StoredAdminToken): string =>
    revoked !== null ? 'revoked' : expires !== null && expires <= now ? 'expired' : 'live'
  stdout(
    json
      ? `${JSON.stringify(tokens)}\n`
      : table([
          ['ID', 'ROLE', 'STATE', 'CREATED', 'EXPIRES', 'LAST USED', 'NAME'],
          ...tokens.map((one) => [
            one.id,
            one.role,
            state(one),
            one.created ?? '-',
            one.expires ?? '-',
            one.lastUsed ?? '-',
            one.name,
          ]),
        ]),
  )
  return 0
}

function revoke(store: Store, id: string, { stderr }: Output): number {
  if (id === 'admin') {
    stderr('The first token is replaced, not revoked: sallyport admin-token\n')
    return 2
  }
  const revoked = store.adminTokens.revoke(commandLine, id)
  // The id is not repeated where it is none: whoever pastes a whole token here would find it in a log.
  stderr(revoked ? `Revoked ${id}.\n` : 'No live admin token has this id: see sallyport admin-token list.\n')
  return revoked ? 0 : 1
}
