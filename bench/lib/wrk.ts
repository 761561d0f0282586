import type { ChildProcess } from 'node:child_process'
import { startPinned } from './processes.ts'

/** Load of one kind, closed loop: each connection sends its next request when it has the answer. */
export interface Load {
  readonly url: string
  readonly seconds: number
  readonly connections: number
  readonly core: number
  readonly folder: string
  /** Lua script that makes the requests, and its arguments; left out, all requests are the same. */
  readonly script?: { readonly file: string; readonly args: readonly string[] }
}

export interface WrkResult {
  readonly requests: number
  readonly rps: number
  /** Milliseconds. */
  readonly p50: number
  /** Milliseconds. */
  readonly p99: number
  /** Answers other than 2xx and 3xx, failed connects, reads, writes, and timeouts. */
  readonly errors: number
}

/**
 * Runs wrk with one thread. Every gateway gets the header that a balancer in front of a clear-text Sallyport has to
 * send, so that all of them parse the same request.
 */
export function startWrk(load: Load): { child: ChildProcess; result: Promise<WrkResult> } {
  const { script } = load
  const closed = ['-t1', `-c${load.connections}`, `-d${load.seconds}s`, '--timeout', '5s', '--latency']
  const scripted = script === undefined ? [load.url] : ['-s', script.file, load.url, '--', ...script.args]
  const args = [...closed, '-H', 'X-Forwarded-Proto: https', ...scripted]
  const child = startPinned(load.core, { file: 'wrk', args }, load.folder, {
    stdout: 'pipe',
    stderr: 'ignore',
  })
  const output = new Promise<string>((resolve, reject) => {
    let text = ''
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(text)
      else reject(new Error(`wrk ended with ${code} at ${load.url}`))
    })
  })
  return { child, result: output.then(parseWrk) }
}

/** Reads what `wrk --latency` prints. @throws Error when a figure is missing. */
export function parseWrk(output: string): WrkResult {
  const socketErrors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(output)
  const refused = /Non-2xx or 3xx responses: (\d+)/.exec(output)
  return {
    requests: Number(figure(output, /(\d+) requests in /)),
    rps: Number(figure(output, /Requests\/sec:\s+([\d.]+)/)),
    p50: milliseconds(figure(output, /^\s+50%\s+(\S+)/m)),
    p99: milliseconds(figure(output, /^\s+99%\s+(\S+)/m)),
    errors: [...(socketErrors?.slice(1) ?? []), refused?.[1] ?? '0'].reduce(
      (sum, text) => sum + Number(text),
      0,
    ),
  }
}

function figure(output: string, pattern: RegExp): string {
  const found = pattern.exec(output)?.[1]
  if (found === undefined) throw new Error(`wrk printed nothing that matches ${pattern}`)
  return found
}

function milliseconds(text: string): number {
  const [, number, unit] = /^([\d.]+)(us|ms|s|m|h)$/.exec(text) ?? []
  const factors: Record<string, number> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
  const factor = factors[unit ?? '']
  if (number === undefined || factor === undefined) throw new Error(`wrk printed '${text}' for a latency`)
  return Number(number) * factor
}
