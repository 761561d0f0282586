import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Where `scripts/install-bench.sh` puts what no system package offers. */
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sallyport-bench')

/** Full path of a program on the search path, in the system's folders, or in the bench's own; null when absent. */
export function findBinary(name: string): string | null {
  // Debian keeps daemons in sbin, which is not on an ordinary user's path.
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    ...ownFolders(),
  ]
  return (
    folders
      .filter((folder) => folder !== '')
      .map((folder) => join(folder, name))
      .find(isProgram) ?? null
  )
}

/** The version a program prints when asked, or else the one in its folder's name: a Caddy built by Go knows none. */
export function versionOf(file: string, question: string): string {
  const { stdout, stderr } = spawnSync(file, [question], { encoding: 'utf8', timeout: 20_000 })
  // Envoy prints its own path first, which may hold another number.
  const answer = `${stdout}\n${stderr}`.replaceAll(file, '')
  const version = /\d+\.\d+\.\d+/
  return version.exec(answer)?.[0] ?? version.exec(file)?.[0] ?? 'unknown'
}

/** @throws Error with the remedy when a program that every bench needs is missing. */
export function requireTools(): void {
  const missing = ['wrk', 'taskset', 'openssl'].filter((name) => findBinary(name) === null)
  if (missing.length > 0) {
    throw new Error(
      `${missing.join(', ')} not found: run scripts/install-bench.sh, which installs what is missing`,
    )
  }
}

function ownFolders(): string[] {
  if (!existsSync(cache)) return []
  return readdirSync(cache).flatMap((name) => [join(cache, name), join(cache, name, 'envoy', '_bin')])
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
