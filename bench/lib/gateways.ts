import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { findBinary, versionOf } from './binaries.ts'
import type { Command } from './processes.ts'

/** A gateway to compare. Its configuration is `bench/gateways/<name>/<template>`. */
export interface Gateway {
  readonly name: string
  readonly version: string
  readonly template: string
  /** Further files that its configuration names, beside it. */
  readonly companions: readonly string[]
  /** HAProxy cannot write a file itself: its standard output is the access log. */
  readonly logsToStdout: boolean
  command(configuration: string): Command
}

interface Other {
  readonly name: string
  readonly template: string
  readonly askVersion: string
  /** Arguments before the name of the configuration file. */
  readonly start: readonly string[]
}

const others: readonly Other[] = [
  { name: 'nginx', template: 'nginx.conf', askVersion: '-v', start: ['-c'] },
  // -db: in the foreground, one process.
  { name: 'haproxy', template: 'haproxy.cfg', askVersion: '-v', start: ['-db', '-f'] },
  {
    name: 'envoy',
    template: 'envoy.yaml',
    askVersion: '--version',
    start: ['--concurrency', '1', '--disable-hot-restart', '--log-level', 'error', '-c'],
  },
  {
    name: 'caddy',
    template: 'Caddyfile',
    askVersion: 'version',
    start: ['run', '--adapter', 'caddyfile', '--config'],
  },
]

const root = new URL('../..', import.meta.url)

/** Sallyport first, then whatever else the machine has; `only` names the ones wanted, empty for all. */
export function findGateways(only: readonly string[]): Gateway[] {
  const known = ['sallyport', ...others.map(({ name }) => name)]
  const wrong = only.filter((name) => !known.includes(name))
  if (wrong.length > 0) throw new Error(`no gateway '${wrong.join(', ')}': there are ${known.join(', ')}`)
  const wanted = (name: string): boolean => only.length === 0 || only.includes(name)
  const installed = others.filter(({ name }) => wanted(name)).flatMap(describe)
  return wanted('sallyport') ? [sallyport(), ...installed] : installed
}

function describe(other: Other): Gateway[] {
  const file = findBinary(other.name)
  if (file === null) return []
  return [
    {
      name: other.name,
      version: versionOf(file, other.askVersion),
      template: other.template,
      companions: [],
      logsToStdout: other.name === 'haproxy',
      command: (configuration) => ({ file, args: [...other.start, configuration] }),
    },
  ]
}

/** The built package where there is one, since that is what users run; the sources otherwise. */
function sallyport(): Gateway {
  const built = fileURLToPath(new URL('dist/main.js', root))
  const source = fileURLToPath(new URL('src/main.ts', root))
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string }
  const isBuilt = existsSync(built)
  return {
    name: 'sallyport',
    version: `${version} (${isBuilt ? 'dist' : 'sources'}, node ${process.versions.node})`,
    template: 'sallyport.yaml',
    companions: ['orders.yaml'],
    logsToStdout: false,
    command: (configuration) => ({
      file: process.execPath,
      args: [isBuilt ? built : source, 'start', '-c', configuration],
    }),
  }
}
