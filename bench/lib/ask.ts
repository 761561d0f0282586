import { get as getPlain } from 'node:http'
import { get as getSecure } from 'node:https'
import type { TLSSocket } from 'node:tls'

/** One GET on a connection of its own. */
export interface Question {
  readonly url: string
  /** PEM certificate to trust; null over clear text. */
  readonly authority: Buffer | null
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  readonly body: string
  /** `performance.now()` at the first byte of the answer. */
  readonly at: number
  /** TLS version and cipher suite; '' over clear text. */
  readonly cipher: string
}

/** @throws Error when the connection fails or is silent for two seconds. */
export function ask({ url, authority, headers }: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const common = { headers: { 'x-forwarded-proto': 'https', ...headers }, agent: false }
    const options = authority === null ? common : { ...common, ca: authority }
    const request = (authority === null ? getPlain : getSecure)(url, options, (response) => {
      const at = performance.now()
      const socket = response.socket as TLSSocket
      const cipher = authority === null ? '' : `${socket.getProtocol()} ${socket.getCipher().standardName}`
      let body = ''
      response.setEncoding('latin1').on('data', (text: string) => {
        body += text
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, at, cipher }))
      response.on('error', reject)
    })
    request.setTimeout(2000, () => request.destroy(new Error('silent for 2 s')))
    request.on('error', reject)
  })
}
