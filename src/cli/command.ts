import { Command, CommanderError, Option } from 'commander'
import { version } from '../process/version.ts'
import { addAccessCommands } from './access-commands.ts'
import { addAdminCommands } from './admin-commands.ts'
import { completionScript } from './completion.ts'
import { dataFolderOf, requireIdentity } from './data-folder.ts'
import { runHashPassword } from './hash-password.ts'
import type { KeysArguments } from './keys.ts'
import { addPolicyCommands } from './policy-commands.ts'
import { runStart } from './start.ts'

// What only one command needs is loaded by that command: `start` has its first byte within a second.

const stdout = (text: string): void => void process.stdout.write(text)
const stderr = (text: string): void => void process.stderr.write(text)
const streams = { stdout: process.stdout, stderr: process.stderr }

/** An option that may be given several times, with one value each: a list would swallow the arguments after it. */
const repeated = (flags: string, text: string): Option =>
  new Option(flags, text)
    .argParser((value: string, before: string[]) => [...before, value])
    .default([], 'none')

const files = (): Option =>
  repeated(
    '-c, --config <file>',
    'configuration file, may be repeated (without: sallyport.yaml of this folder)',
  )
const data = (): Option =>
  new Option('--data <folder>', 'folder of the store and the local certificate; wins over `data`').env(
    'SALLYPORT_DATA',
  )

interface SourceOptions {
  readonly config: string[]
  readonly data?: string
}

function source({ config, data: dataFolder }: SourceOptions): {
  files: string[]
  cwd: string
  env: NodeJS.ProcessEnv
  dataFolder?: string
} {
  return {
    files: config,
    cwd: process.cwd(),
    env: process.env,
    ...(dataFolder === undefined ? {} : { dataFolder }),
  }
}

/** A reader that goes away (`sallyport check | head`) is no error, and nobody is left to work for. */
const endWithReader = (error: NodeJS.ErrnoException): never => process.exit(error.code === 'EPIPE' ? 0 : 1)

/** Runs a command line; sets the exit code, and never prints a stack for a mistake of the caller's. */
export async function runCommand(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', endWithReader)
  try {
    await program().parseAsync(argv)
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2
      return
    }
    stderr(`sallyport: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 2
  }
}

function program(): Command {
  const root = new Command('sallyport')
    .description('An API security gateway: every request is proven before it passes.')
    .version(version, '--version', 'print the version')
    .exitOverride()
    // What stands after a command belongs to it, also where a command of its own has an option of the same name.
    .enablePositionalOptions()
    .configureHelp({ sortSubcommands: false })
    .addHelpText(
      'after',
      '\nExamples:\n  sallyport init openapi.yaml --upstream http://127.0.0.1:3000\n  sallyport check\n  sallyport start\n  sallyport keys create keys --owner alice\n  sallyport explain GET /orders --as keys/alice\n',
    )
  const command = (name: string, text: string, examples: string): Command =>
    root.command(name).description(text).exitOverride().addHelpText('after', `\nExamples:\n${examples}`)

  command(
    'init',
    'write a configuration for an OpenAPI document',
    '  sallyport init openapi.yaml --upstream http://127.0.0.1:3000\n  sallyport init\n',
  )
    .argument('[document]', 'OpenAPI 3.x or Swagger 2.0 document')
    .option('--upstream <url>', 'where the service listens')
    .option('-o, --output <file>', 'file to write', 'sallyport.yaml')
    .option('--force', 'replace an existing file', false)
    .action(
      async (
        document: string | undefined,
        options: { upstream?: string; output: string; force: boolean },
      ) => {
        const { runInit } = await import('./init.ts')
        process.exitCode = await runInit({
          ...(document === undefined ? {} : { document }),
          ...options,
          cwd: process.cwd(),
          stdout,
        })
      },
    )

  command('start', 'run the gateway', '  sallyport start\n  sallyport start -c sallyport.yaml -c keys.yaml\n')
    .addOption(files())
    .addOption(data())
    .action(async (options: SourceOptions) => {
      // The gateway serves on when the reader of its log goes away.
      process.stdout.off('error', endWithReader)
      process.exitCode = await runStart(source(options), { stdout, stderr })
    })

  command(
    'check',
    'judge a configuration: exit 0 fine, 1 findings, 2 unusable',
    '  sallyport check\n  sallyport check -c sallyport.yaml --format json\n',
  )
    .addOption(files())
    .addOption(data())
    .addOption(new Option('--format <format>', 'output').choices(['text', 'json']).default('text'))
    .action(async (options: SourceOptions & { format: 'text' | 'json' }) => {
      const { runCheck } = await import('./check.ts')
      process.exitCode = await runCheck(source(options), options.format, { stdout, stderr })
    })

  command(
    'explain',
    'tell what would happen to a request, and which line says so',
    "  sallyport explain GET /orders\n  sallyport explain DELETE /orders/1001 --as partners/ada\n  sallyport explain GET /orders -H 'X-API-Key: …' --admin http://127.0.0.1:9901 --token-file .sallyport/admin-token\n",
  )
    .argument('[method]', 'method, in capital letters')
    .argument('[url]', 'path, or whole URL')
    .addOption(files())
    .addOption(data())
    .option('--as <caller>', 'assume this caller, as the record names it: identity/id of the key')
    .option('--from <address>', 'assume the request comes from this address')
    .addOption(repeated('-H, --header <line>', 'header, as `Name: value`, may be repeated'))
    .addOption(repeated('--scope <scope>', 'scope of the assumed caller, may be repeated'))
    .addOption(repeated('--role <role>', 'role of the assumed caller, may be repeated'))
    .addOption(repeated('--claim <name=value>', 'claim of the assumed caller, JSON or text, may be repeated'))
    .option('--body <text>', 'body of the request: a file, or the text itself')
    .option('--object <text>', 'what the service holds: a file or JSON, `null` for nothing')
    .option('--why-not', 'name the nearest rule that would allow', false)
    .option('--defaults', 'print what the configuration comes to, defaults included', false)
    .option('--admin <url>', 'ask a running gateway at this admin address')
    .option('--token-file <file>', 'file with the admin token, for --admin')
    .option('--cacert <file>', 'authority of the certificate at --admin (PEM), instead of the usual ones')
    .addOption(new Option('--format <format>', 'output').choices(['text', 'json']).default('text'))
    .action(
      async (method: string | undefined, url: string | undefined, options: SourceOptions & ExplainFlags) => {
        const { runExplain } = await import('./explain.ts')
        process.exitCode = await runExplain(
          {
            ...options,
            ...(method === undefined ? {} : { method }),
            ...(url === undefined ? {} : { url }),
            source: source(options),
          },
          { stdout, stderr },
        )
      },
    )

  command(
    'whoami',
    'judge a credential by every identity, and name the likely mistake',
    '  sallyport whoami -H "Authorization: Bearer $(cat token)"\n  sallyport whoami -H \'X-API-Key: …\' --identity partners\n  sallyport whoami --cert ada.pem\n',
  )
    .addOption(files())
    .addOption(data())
    .addOption(repeated('-H, --header <line>', 'header with a credential, as `Name: value`, may be repeated'))
    .option('--cert <file>', 'client certificate (PEM), as if shown to the first listener that asks for one')
    .option('--identity <name>', 'ask this identity only')
    .option('--from <address>', 'assume the request comes from this address')
    .addOption(new Option('--format <format>', 'output').choices(['text', 'json']).default('text'))
    .action(async (options: SourceOptions & WhoamiFlags) => {
      const { header, cert, identity, from, format } = options
      const { runWhoami } = await import('./whoami.ts')
      process.exitCode = await runWhoami(
        {
          header,
          ...(cert === undefined ? {} : { cert }),
          ...(identity === undefined ? {} : { identity }),
          ...(from === undefined ? {} : { from }),
          format,
          source: source(options),
        },
        { stdout, stderr },
      )
    })

  const keys = command(
    'keys',
    'issue, list, rotate and revoke API keys',
    '  sallyport keys create partners --owner ada --scope orders:read --expires 90d\n  sallyport keys list --state live\n  sallyport keys rotate key_4fJ… --overlap 24h\n  sallyport keys revoke key_4fJ…\n  git log -p | sallyport keys leaked\n',
  )
  const sub = (name: string, text: string): Command =>
    keys.command(name).description(text).exitOverride().addOption(files()).addOption(data())
  const run = async (
    action: KeysArguments['action'],
    options: SourceOptions & KeysFlags,
    more: Partial<KeysArguments> = {},
  ): Promise<void> => {
    const asked = source(options)
    if (action === 'create') await requireIdentity(asked, more.identity ?? '', 'api-key')
    const dataFolder = await dataFolderOf(asked)
    const { runKeys } = await import('./keys.ts')
    process.exitCode = await runKeys({ ...options, ...more, action, dataFolder, ...streams })
  }
  sub('create', 'issue a key; it is printed once')
    .argument('<identity>', 'identity of type api-key')
    .requiredOption('--owner <name>', 'whom it is for')
    .addOption(repeated('--scope <scope>', 'what it is issued for, may be repeated'))
    .addOption(repeated('--label <name=value>', 'label, may be repeated'))
    .addOption(repeated('--network <cidr>', 'network it may be used from, may be repeated (without: all)'))
    .option('--expires <when>', 'when it ends: 90d, 2027-01-31 (without: never)')
    .option('--json', 'print JSON', false)
    .action((identity: string, options: SourceOptions & KeysFlags) => run('create', options, { identity }))
  sub('list', 'list keys, without their secrets')
    .option('--identity <name>', 'only those of this identity')
    .option('--owner <name>', 'only those of this owner')
    .option('--label <name=value>', 'only those with this label')
    .addOption(new Option('--state <state>', 'only those in this state').choices(keyStates))
    .option('--json', 'print JSON', false)
    .action(({ label, ...options }: SourceOptions & Omit<KeysFlags, 'label'> & { label?: string }) =>
      run('list', options, label === undefined ? {} : { label: [label] }),
    )
  sub('rotate', 'issue a key in place of another, which ends after the overlap')
    .argument('<id>', 'id of the key')
    .option('--overlap <time>', 'how long the old key still counts; 0 ends it at once', '24h')
    .option('--expires <when>', 'when the new key ends (without: when the old one would have)')
    .option('--json', 'print JSON', false)
    .action((id: string, options: SourceOptions & KeysFlags) => run('rotate', options, { id }))
  sub('revoke', 'end a key at once')
    .argument('<id>', 'id of the key')
    .action((id: string, options: SourceOptions & KeysFlags) => run('revoke', options, { id }))
  sub('leaked', 'find keys in a text and revoke them: exit 1 when something was found')
    .argument('[file]', 'file to read, - for standard input', '-')
    .option('--dry-run', 'find only', false)
    .option('--json', 'print JSON', false)
    .action((file: string, options: SourceOptions & KeysFlags) => run('leaked', options, { file }))

  addAdminCommands({
    command,
    withSource: (one) => one.addOption(files()).addOption(data()),
    source,
    output: { stdout, stderr },
  })

  addPolicyCommands({ command, repeated, output: { stdout, stderr } })
  addAccessCommands({
    command,
    withSource: (one) => one.addOption(files()).addOption(data()),
    source,
    output: { stdout, stderr },
  })

  command(
    'hash-password',
    'print the hash of a password from standard input, for a basic identity',
    '  sallyport hash-password < password.txt\n',
  ).action(async () => {
    process.exitCode = await runHashPassword(process.stdin, { stdout, stderr })
  })

  command('completion', 'print a completion script', '  source <(sallyport completion bash)\n')
    .addArgument(new Command().createArgument('<shell>').choices(['bash', 'zsh', 'fish']))
    .action((shell: 'bash' | 'zsh' | 'fish') => stdout(completionScript(shell)))
  return root
}

interface WhoamiFlags {
  readonly header: string[]
  readonly cert?: string
  readonly identity?: string
  readonly from?: string
  readonly format: 'text' | 'json'
}

const keyStates = ['live', 'expired', 'revoked']

type KeysFlags = Omit<KeysArguments, 'action' | 'dataFolder' | 'id' | 'file' | 'stdin' | 'stdout' | 'stderr'>

interface ExplainFlags {
  readonly as?: string
  readonly from?: string
  readonly header: string[]
  readonly scope: string[]
  readonly role: string[]
  readonly claim: string[]
  readonly body?: string
  readonly object?: string
  readonly whyNot: boolean
  readonly defaults: boolean
  readonly admin?: string
  readonly tokenFile?: string
  readonly cacert?: string
  readonly format: 'text' | 'json'
}
