import { type Command, Option } from 'commander'
import type { Output } from './output.ts'
import type { SimulateArguments } from './policy-simulate.ts'

/** What these commands share with the others. */
export interface PolicyCommands {
  /** Adds a command to the root. */
  readonly command: (name: string, text: string, examples: string) => Command
  /** An option that may be given several times. */
  readonly repeated: (flags: string, text: string) => Option
  readonly output: Output
}

/** Adds `policy simulate`. */
export function addPolicyCommands({ command, repeated, output }: PolicyCommands): void {
  const policy = command(
    'policy',
    'try policies in the form of AWS',
    '  sallyport policy simulate --policy orders.json --caller staff/ada --role manager --resource execute-api:/prod/GET/orders --context aws:SourceIp=192.0.2.7\n',
  )
  policy
    .command('simulate')
    .description('decide a request by policy files: exit 0 allowed, 1 denied, 2 unusable')
    .exitOverride()
    .addOption(repeated('--policy <file>', 'file with a policy, may be repeated'))
    .requiredOption('--resource <arn>', 'what is called: execute-api:/stage/METHOD/path, or a whole ARN')
    .option('--action <action>', 'what is done', 'execute-api:Invoke')
    .option('--caller <caller>', 'who calls: identity/id (without: nobody known)')
    .addOption(repeated('--role <role>', 'role of the caller, may be repeated'))
    .addOption(repeated('--scope <scope>', 'scope of the caller, may be repeated'))
    .addOption(repeated('--claim <name=value>', 'claim of the caller, may be repeated'))
    .addOption(repeated('--context <key=value>', 'value of a condition key, may be repeated'))
    .addOption(
      repeated(
        '--principal <name=caller>',
        'who stands for a principal: 111111111111=role/manager, may be repeated',
      ),
    )
    .addOption(
      new Option('--evaluate <how>', 'whether both kinds of policies must allow')
        .choices(['both', 'either'])
        .default('both'),
    )
    .addOption(new Option('--format <format>', 'output').choices(['text', 'json']).default('text'))
    .action(async (options: SimulateArguments) => {
      const { runPolicySimulate } = await import('./policy-simulate.ts')
      process.exitCode = runPolicySimulate(options, output)
    })
}
