import type { StoreCommands, StoreOptions } from './admin-commands.ts'
import { dataFolderOf, requireIdentity } from './data-folder.ts'
import { endGrant, type GiveArguments, giveGrant, listGrants } from './grants.ts'

interface GiveFlags {
  readonly role: string
  readonly for: string
  readonly reason: string
}

/** Adds `grants` and `break-glass`. */
export function addGrantCommands({ command, withSource, source, output }: StoreCommands): void {
  const give = async (
    kind: GiveArguments['kind'],
    caller: string,
    options: StoreOptions & GiveFlags,
  ): Promise<void> => {
    const dataFolder = await dataFolderOf(source(options))
    // In an emergency the configuration may be what is broken: with `--data` nothing of it is read.
    if (kind === 'grant' || options.data === undefined)
      await requireIdentity(source(options), caller.split('/', 1)[0]!, null)
    const { role, for: span, reason } = options
    process.exitCode = giveGrant(dataFolder, { kind, caller, role, for: span, reason }, output)
  }
  const main = command(
    'grants',
    'give a role for a time, list and end what was given',
    '  sallyport grants give staff/ada --role manager --for 2h --reason "incident 4711"\n  sallyport grants list --all\n  sallyport grants end gnt_4fJ…\n',
  )
  withSource(main.command('give').description('give a role, for 24h at most').exitOverride())
    .argument('<caller>', 'the caller, as identity/id')
    .requiredOption('--role <role>', 'role that the caller gets')
    .requiredOption('--for <time>', 'how long, such as 2h')
    .requiredOption('--reason <text>', 'why, for people')
    .action((caller: string, options: StoreOptions & GiveFlags) => give('grant', caller, options))
  withSource(main.command('list').description('those in force, break-glass first').exitOverride())
    .option('--all', 'also those that ended in the last 90 days', false)
    .option('--json', 'print JSON', false)
    .action(async (options: StoreOptions & { all: boolean; json: boolean }) => {
      process.exitCode = listGrants(await dataFolderOf(source(options)), options, output)
    })
  withSource(main.command('end').description('end a grant at once').exitOverride())
    .argument('<id>', 'id of the grant')
    .action(async (id: string, options: StoreOptions) => {
      process.exitCode = endGrant(await dataFolderOf(source(options)), id, output)
    })
  withSource(
    command(
      'break-glass',
      'give a role in an emergency: for 1h at most, and told loudly',
      '  sallyport break-glass staff/ada --role manager --reason "nobody on call has the role"\n',
    ),
  )
    .argument('<caller>', 'the caller, as identity/id')
    .requiredOption('--role <role>', 'role that the caller gets')
    .option('--for <time>', 'how long', '1h')
    .requiredOption('--reason <text>', 'why, for people')
    .action((caller: string, options: StoreOptions & GiveFlags) => give('break-glass', caller, options))
}
