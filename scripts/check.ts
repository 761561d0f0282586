/** `npm run check`: everything that can be said without running the product. The same here and in CI. */
import { capture } from './run-command.ts'

const steps: readonly (readonly [string, string, ...string[]])[] = [
  ['format and lint', 'biome', 'check', '--error-on-warnings'],
  ['types', 'tsc'],
  ['architecture', process.execPath, '--test', '--test-reporter=dot', 'test/arch/*.test.ts'],
  ['generated files', process.execPath, 'scripts/generate.ts', '--check'],
  ['dead code', 'knip', '--no-progress'],
]

const codes = await Promise.all(
  steps.map(async ([name, command, ...args]) => {
    const started = performance.now()
    const { code, output } = await capture(command, ...args)
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name} (${seconds} s)`)
    if (code !== 0) console.log(output.trimEnd())
    return code
  }),
)
process.exitCode = codes.every((code) => code === 0) ? 0 : 1
