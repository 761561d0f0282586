/**
 * `npm test`: all tests. Arguments choose: `npm test -- src/http listener` runs the files whose path contains one of
 * the words; what begins with `-` goes to Node's test runner (`--test-name-pattern=…`).
 */
import { globSync } from 'node:fs'
import { root, run } from './run-command.ts'

const words = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const options = process.argv.slice(2).filter((argument) => argument.startsWith('-'))

const prepared = await run('bash', 'scripts/setup-debian.sh')
if (prepared !== 0) process.exit(prepared)

const files = globSync('{src,test,examples,bench}/**/*.test.ts', { cwd: root })
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort()
if (files.length === 0) {
  console.error(`No test file's path contains ${words.join(' or ')}.`)
  process.exit(2)
}

// Tests that need the demo's fixed ports or the whole machine stand in `*.serial.test.ts` and run alone, afterwards.
const alone = files.filter((file) => file.endsWith('.serial.test.ts'))
const together = files.filter((file) => !alone.includes(file))
let failed = false
for (const [concurrency, group] of [
  [2, together],
  [1, alone],
] as const) {
  if (group.length === 0) continue
  const code = await run(
    process.execPath,
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${concurrency}`,
    // Of one file's tests: a hang must fail with its name, not with the whole run's time.
    '--test-timeout=120000',
    ...options,
    ...group,
  )
  failed ||= code !== 0
}
process.exitCode = failed ? 1 : 0
