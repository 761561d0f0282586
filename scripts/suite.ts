/** `npm run suite -- <id>`: a long suite as a whole, of which `npm test` runs a bounded sample. */
import { globSync } from 'node:fs'
import { root, run } from './run-command.ts'

interface Suite {
  readonly about: string
  /** Test files, which read `SALLYPORT_SUITE` and then leave nothing out; or one program. */
  readonly files: string
}

/** The ids are those of the goals each suite measures. */
const suites: Readonly<Record<string, Suite>> = {
  F6: {
    about: 'a minute of requests at 500 a second, and a reload of another kind every second',
    files: 'test/process/reload-under-load.serial.test.ts',
  },
  S1: {
    about: 'malformed and ambiguous HTTP/1 and fuzzed variants, a strict recorder as upstream',
    files: 'test/wire/**/*.test.ts',
  },
  S5: {
    about:
      'published vectors of signatures and keys (fetched with Go) and thousands of variants, as bearer tokens',
    files: 'test/conformance/jws-vectors.test.ts',
  },
  S6: {
    about: 'every rule of a token, absent, of each wrong type, wrong, doubled and wrongly encoded',
    files: 'src/engines/jwt/*matrix*.test.ts',
  },
  S7: {
    about: 'keys of a provider that rotates, is out, slow, or asked for unknown ones',
    files: 'test/authentication/{key-sets,unknown-keys}.test.ts',
  },
  V3: {
    about: 'every OpenAPI document of the folder SALLYPORT_OPENAPI_DIRECTORY loads',
    files: 'test/conformance/openapi-directory.ts',
  },
}

const id = process.argv[2] ?? ''
const suite = suites[id]
if (suite === undefined) {
  const list = Object.entries(suites).map(([name, { about }]) => `  ${name.padEnd(4)} ${about}`)
  console.error(`Usage: npm run suite -- <id>\n${list.join('\n')}`)
  process.exit(2)
}
const files = globSync(suite.files, { cwd: root })
if (files.length === 0) {
  console.error(`The suite ${id} has no files: ${suite.files}`)
  process.exit(2)
}
process.env['SALLYPORT_SUITE'] = id
const tests = suite.files.endsWith('.test.ts')
process.exitCode = await run(
  process.execPath,
  ...(tests ? ['--test', '--test-reporter=spec', '--test-concurrency=1'] : []),
  ...files,
)
