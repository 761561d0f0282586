import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'

/** A program to start. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
}

/** Where a program's output goes; a file is appended to, so that it can be truncated under the program. */
export interface Outputs {
  readonly stdout: 'pipe' | { readonly file: string }
  readonly stderr: 'ignore' | { readonly file: string }
}

const running = new Set<ChildProcess>()

/** Starts a program on one core, in a process group of its own so that its workers end with it. */
export function startPinned(core: number, command: Command, folder: string, outputs: Outputs): ChildProcess {
  const stdout = outputs.stdout === 'pipe' ? 'pipe' : openSync(outputs.stdout.file, 'a', 0o600)
  const stderr = outputs.stderr === 'ignore' ? 'ignore' : openSync(outputs.stderr.file, 'a', 0o600)
  const child = spawn('taskset', ['-c', String(core), command.file, ...command.args], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', stdout, stderr],
  })
  if (typeof stdout === 'number') closeSync(stdout)
  if (typeof stderr === 'number') closeSync(stderr)
  running.add(child)
  child.once('exit', () => running.delete(child))
  // A failure to start is seen by whoever waits for the program to answer.
  child.once('error', () => running.delete(child))
  return child
}

/** Ends a program as its operator would, and by force after 5 s. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  signalGroup(child, 'SIGTERM')
  const force = setTimeout(() => signalGroup(child, 'SIGKILL'), 5000)
  await ended
  clearTimeout(force)
  // A master that is gone can leave workers behind.
  signalGroup(child, 'SIGKILL')
}

/** Ends everything at once: for the end of the bench, however it comes. */
export function killAll(): void {
  for (const child of running) signalGroup(child, 'SIGKILL')
  running.clear()
}

/** Moves the bench itself to a core, away from the gateway it measures. */
export function pinSelf(core: number): void {
  execFileSync('taskset', ['-a', '-p', '-c', String(core), String(process.pid)], { stdio: 'ignore' })
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch (error) {
    // ESRCH: the whole group has ended already.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
