import type { ChildProcess } from 'node:child_process'
import { get as getPlain } from 'node:http'
import { get as getSecure } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import { answerBody } from './answer-body.ts'

/** What the first good answer showed. */
export interface Probe {
  /** From the call to the first byte of the answer, in milliseconds. */
  readonly firstByteMs: number
  /** TLS version and cipher suite; '' over clear text. */
  readonly cipher: string
}

/**
 * Asks until the backend's own answer comes through, so that nothing is measured that answers fast but wrongly.
 * `authority` is the PEM certificate to trust. @throws Error when the program ends or the time is over before.
 */
export async function probe(
  url: string,
  authority: Buffer | null,
  child: ChildProcess,
  timeoutMs: number,
): Promise<Probe> {
  const start = performance.now()
  let last = 'no answer'
  while (performance.now() - start < timeoutMs) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`ended with ${child.exitCode ?? child.signalCode} before it answered`)
    }
    const answer = await ask(url, authority)
    if (typeof answer === 'object') return { firstByteMs: answer.at - start, cipher: answer.cipher }
    last = answer
    await delay(2)
  }
  throw new Error(`gave no right answer at ${url} within ${timeoutMs} ms: ${last}`)
}

/** Moment and cipher of a right answer, or the reason why it was none. */
function ask(url: string, authority: Buffer | null): Promise<{ at: number; cipher: string } | string> {
  return new Promise((resolve) => {
    const headers = { 'x-forwarded-proto': 'https' }
    const options = authority === null ? { headers, agent: false } : { headers, agent: false, ca: authority }
    const request = (authority === null ? getPlain : getSecure)(url, options, (response) => {
      const at = performance.now()
      const socket = response.socket as TLSSocket
      const cipher = authority === null ? '' : `${socket.getProtocol()} ${socket.getCipher().standardName}`
      let body = ''
      response.setEncoding('latin1').on('data', (text: string) => {
        body += text
      })
      response.on('end', () => {
        const right = response.statusCode === 200 && body === answerBody
        resolve(right ? { at, cipher } : `status ${response.statusCode}, ${body.length} bytes`)
      })
      response.on('error', (error) => resolve(error.message))
    })
    request.setTimeout(2000, () => request.destroy(new Error('silent for 2 s')))
    request.on('error', (error) => resolve(error.message))
  })
}
