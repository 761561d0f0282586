import { type Command, Option } from 'commander'
import type { ConfigurationSource } from '../process/configuration.ts'
import type { Output } from './output.ts'

interface SourceOptions {
  readonly config: string[]
  readonly data?: string
}

/** What these commands share with the others. */
export interface AccessCommands {
  /** Adds a command to the root. */
  readonly command: (name: string, text: string, examples: string) => Command
  /** Adds `--config` and `--data`. */
  readonly withSource: (command: Command) => Command
  readonly source: (options: SourceOptions) => ConfigurationSource
  readonly output: Output
}

/** Adds `authorize test` and `access matrix`. */
export function addAccessCommands({ command, withSource, source, output }: AccessCommands): void {
  const authorize = command(
    'authorize',
    'test who may do what',
    '  sallyport authorize test access-tests.yaml --junit report.xml\n',
  )
  withSource(authorize.command('test'))
    .description('judge a table of cases: exit 0 as expected, 1 not, 2 unusable')
    .exitOverride()
    .argument('<file>', 'cases (YAML or JSON): who, what, expected, why')
    .option('--junit <file>', 'write a report as JUnit XML')
    .addOption(new Option('--format <format>', 'output').choices(['text', 'json']).default('text'))
    .action(async (file: string, options: SourceOptions & { format: 'text' | 'json'; junit?: string }) => {
      const { format, junit } = options
      const { runAuthorizeTest } = await import('./authorize-test.ts')
      process.exitCode = await runAuthorizeTest(
        { file, format, ...(junit === undefined ? {} : { junit }), source: source(options) },
        output,
      )
    })
  const access = command(
    'access',
    'show who may do what',
    '  sallyport access matrix\n  sallyport access matrix --format markdown > access.md\n',
  )
  withSource(access.command('matrix'))
    .description('print kinds of callers by operations')
    .exitOverride()
    .option('--callers <file>', 'file with the kinds of callers to show', 'derived')
    .addOption(
      new Option('--format <format>', 'output').choices(['text', 'json', 'markdown']).default('text'),
    )
    .action(async (options: SourceOptions & { format: 'text' | 'json' | 'markdown'; callers: string }) => {
      const { format, callers } = options
      const { runAccessMatrix } = await import('./access-matrix.ts')
      process.exitCode = await runAccessMatrix({ format, callers, source: source(options) }, output)
    })
}
