import { type Command, Option } from 'commander'
import type { ConfigurationSource } from '../process/configuration.ts'
import { adminRoles } from '../store/admin-roles.ts'
import { revocationKinds } from '../store/revocations/revocation-request.ts'
import { type AdminTokenAction, runAdminToken } from './admin-token.ts'
import { type AuditFilter, listAuditLog, verifyAuditLog } from './audit.ts'
import { dataFolderOf, requireIdentity } from './data-folder.ts'
import { addGrantCommands } from './grant-commands.ts'
import type { Output } from './output.ts'
import { listRevocations, removeRevocation } from './revocations.ts'
import { type RevokeArguments, runRevoke } from './revoke.ts'

/** What commands on the store share. */
export interface StoreCommands {
  /** Adds a command to the root. */
  readonly command: (name: string, text: string, examples: string) => Command
  /** Adds `--config` and `--data`. */
  readonly withSource: (command: Command) => Command
  readonly source: (options: StoreOptions) => ConfigurationSource
  readonly output: Output
}

/** Options of `withSource`. */
export interface StoreOptions {
  readonly config: string[]
  readonly data?: string
}

/** Adds `admin-token`, `revoke`, `revocations`, `grants`, `break-glass` and `audit`. */
export function addAdminCommands(shared: StoreCommands): void {
  addAdminToken(shared)
  addRevocations(shared)
  addGrantCommands(shared)
  addAudit(shared)
}

function folderOf({ source }: StoreCommands, options: StoreOptions): Promise<string> {
  return dataFolderOf(source(options))
}

function addAdminToken(shared: StoreCommands): void {
  const { command, withSource, output } = shared
  const run = async (options: StoreOptions, asked: AdminTokenAction): Promise<void> => {
    process.exitCode = runAdminToken(await folderOf(shared, options), asked, output)
  }
  // An option after a word that names a command of its own belongs to that command.
  const main = withSource(
    command(
      'admin-token',
      'make a new first admin token and print it once; the one before ends',
      '  sallyport admin-token > admin-token\n  sallyport admin-token create ci --role operator --expires 90d\n  sallyport admin-token list\n  sallyport admin-token revoke adm_4fJ…\n',
    ),
  )
    .enablePositionalOptions()
    .action((options: StoreOptions) => run(options, { action: 'replace' }))
  const sub = (name: string, text: string): Command =>
    withSource(main.command(name).description(text).exitOverride())
  sub('create', 'issue an admin token; it is printed once')
    .argument('<name>', 'who or what holds it')
    .addOption(new Option('--role <role>', 'what it may do').choices(adminRoles).makeOptionMandatory())
    .option('--expires <time>', 'when it ends: 90d, 2027-01-31 (without: never)')
    .action(
      (name: string, { role, expires, ...options }: StoreOptions & { role: string; expires?: string }) =>
        run(options, { action: 'create', name, role, ...(expires === undefined ? {} : { expires }) }),
    )
  sub('list', 'list admin tokens, without their secrets')
    .option('--json', 'print JSON', false)
    .action((options: StoreOptions & { json: boolean }) =>
      run(options, { action: 'list', json: options.json }),
    )
  sub('revoke', 'end an admin token at once')
    .argument('<id>', 'id of the token')
    .action((id: string, options: StoreOptions) => run(options, { action: 'revoke', id }))
}

function addRevocations(shared: StoreCommands): void {
  const { command, withSource, source, output } = shared
  withSource(
    command(
      'revoke',
      'revoke a token, a subject, a session, a key of an issuer or a certificate, at once',
      '  sallyport revoke subject ada --identity staff --reason "left the company"\n  sallyport revoke token 6f1c… --for 12h\n',
    ),
  )
    .argument('<kind>', revocationKinds.join(', '))
    .argument('<value>', '`jti`, `sub` or id of the caller, `sid`, `kid`, or SHA-256 of a certificate')
    .option('--identity <name>', 'for this identity only (without: for all)')
    .option('--for <time>', 'how long, such as 30d (without: for good)')
    .option('--reason <text>', 'why, for people')
    .action(async (kind: string, value: string, options: StoreOptions & RevokeFlags) => {
      const { identity, for: span, reason } = options
      if (identity !== undefined) await requireIdentity(source(options), identity, null)
      const asked: RevokeArguments = {
        kind,
        value,
        ...(identity === undefined ? {} : { identity }),
        ...(span === undefined ? {} : { for: span }),
        ...(reason === undefined ? {} : { reason }),
      }
      process.exitCode = runRevoke(await folderOf(shared, options), asked, output)
    })
  const main = command(
    'revocations',
    'list revocations and take them back',
    '  sallyport revocations list\n  sallyport revocations remove rev_4fJ…\n',
  )
  withSource(main.command('list').description('those in force, newest first').exitOverride())
    .option('--json', 'print JSON', false)
    .action(async (options: StoreOptions & { json: boolean }) => {
      process.exitCode = listRevocations(await folderOf(shared, options), options.json, output)
    })
  withSource(main.command('remove').description('take a revocation back').exitOverride())
    .argument('<id>', 'id of the revocation')
    .action(async (id: string, options: StoreOptions) => {
      process.exitCode = removeRevocation(await folderOf(shared, options), id, output)
    })
}

function addAudit(shared: StoreCommands): void {
  const { command, withSource, output } = shared
  const main = command(
    'audit',
    'read and verify the audit log',
    '  sallyport audit verify\n  sallyport audit list --since 2026-11-25 --action keys\n',
  )
  withSource(main.command('verify').description('exit 0 whole, 1 tampered with, 2 unusable').exitOverride())
    .option('--json', 'print JSON', false)
    .action(async (options: StoreOptions & { json: boolean }) => {
      process.exitCode = verifyAuditLog(await folderOf(shared, options), options.json, output)
    })
  withSource(main.command('list').description('entries, oldest first').exitOverride())
    .option('--since <time>', 'from a day or a moment on')
    .option('--action <action>', 'such as keys.create, or keys for all of them')
    .option('--actor <name>', 'part of the name of who did it')
    .option('--json', 'print one JSON object a line', false)
    .action(async (options: StoreOptions & AuditFilter) => {
      process.exitCode = listAuditLog(await folderOf(shared, options), options, output)
    })
}

interface RevokeFlags {
  readonly identity?: string
  readonly for?: string
  readonly reason?: string
}
