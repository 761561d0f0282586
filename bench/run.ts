/**
 * `npm run bench -- <id> [options]`: runs one comparison. A table goes to standard error, one line of JSON to standard
 * output. Everything it starts ends with it, and it ends by itself.
 */
import { keys } from './keys.ts'
import { type BenchOptions, parseOptions } from './lib/options.ts'
import { killAll } from './lib/processes.ts'
import { x1 } from './x1.ts'
import { p1, x2 } from './x2.ts'
import { x5 } from './x5.ts'

const benches: Readonly<Record<string, (options: BenchOptions) => Promise<Record<string, unknown>>>> = {
  X1: x1,
  X2: x2,
  X5: x5,
  P1: p1,
  KEYS: keys,
}

const usage = `usage: npm run bench -- <${Object.keys(benches).join('|')}> [--rounds 3] [--seconds 8] [--connections 64]
                     [--only sallyport,nginx,haproxy,envoy,caddy]`

process.once('exit', killAll)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))

const [id = '', ...args] = process.argv.slice(2)
const bench = benches[id.toUpperCase()]
if (bench === undefined) {
  process.stderr.write(`${usage}\n`)
  process.exit(2)
}
try {
  const options = parseOptions(args)
  // Every round of five gateways over both transports done twice, the ceiling's, and time to start and to end.
  const limitSeconds = 120 + 2 * options.rounds * 11 * (options.seconds + 4)
  setTimeout(() => {
    process.stderr.write(`bench: not done after ${limitSeconds} s\n`)
    process.exit(1)
  }, limitSeconds * 1000).unref()
  process.stdout.write(`${JSON.stringify(await bench(options))}\n`)
  process.exit(0)
} catch (error) {
  process.stderr.write(`bench: ${(error as Error).message}\n`)
  process.exit(1)
}
