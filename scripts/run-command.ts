import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'

/** Root of the repository. */
export const root: string = join(import.meta.dirname, '..')

/** Tools of `node_modules/.bin` first, so that a script works the same without `npm run`. */
process.env['PATH'] = [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter)

/** Runs a command in the repository with this terminal, and gives its exit code. */
export function run(command: string, ...args: readonly string[]): Promise<number> {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

/** Runs a command in the repository and gives its exit code and all it printed. */
export function capture(
  command: string,
  ...args: readonly string[]
): Promise<{ code: number; output: string }> {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
