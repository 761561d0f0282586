/** `npm run suite -- <id>`: a long suite as a whole, of which `npm test` runs a bounded sample. */
import { run } from './run-command.ts'

/** Each suite is test files that read `SALLYPORT_SUITE` and then leave nothing out. */
const suites: Readonly<Record<string, { readonly about: string; readonly files: readonly string[] }>> = {
  S1: {
    about: 'malformed and ambiguous HTTP/1 requests and their fuzzed variants, a strict recorder as upstream',
    files: ['test/wire/**/*.test.ts'],
  },
  F6: {
    about: 'reload every second under load for five minutes, and draining',
    files: ['test/reload/**/*.test.ts'],
  },
}

const id = process.argv[2] ?? ''
const suite = suites[id]
if (suite === undefined) {
  const list = Object.entries(suites).map(([name, { about }]) => `  ${name.padEnd(4)} ${about}`)
  console.error(`Usage: npm run suite -- <id>\n${list.join('\n')}`)
  process.exit(2)
}
process.env['SALLYPORT_SUITE'] = id
process.exitCode = await run(
  process.execPath,
  '--test',
  '--test-reporter=spec',
  '--test-concurrency=1',
  ...suite.files,
)
