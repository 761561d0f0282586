import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { signatureProblem } from './signature-v4.ts'

/** The credentials that the server knows. */
export const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}

/** A function: gets the event; what it throws is its error. */
export type Handler = (event: Record<string, unknown>) => unknown

/** One call of a function. */
export interface Invocation {
  readonly name: string
  readonly qualifier: string | null
  readonly event: Record<string, unknown>
}

/** AWS Lambda on loopback, as far as `Invoke` goes: it refuses what is not signed rightly, and runs a function. */
export class LambdaServer {
  readonly endpoint: string
  /** Calls whose signature was right. */
  readonly invocations: Invocation[] = []
  /** Why calls were refused. */
  readonly refused: string[] = []
  handler: Handler = () => ({ isAuthorized: true })
  /** Answers in place of the function, where set. */
  instead: ((response: ServerResponse) => void) | null = null
  readonly sessionToken: string | undefined

  private constructor(port: number, sessionToken: string | undefined) {
    this.endpoint = `http://127.0.0.1:${port}`
    this.sessionToken = sessionToken
  }

  static async start(context: TestContext, sessionToken?: string): Promise<LambdaServer> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const made = new LambdaServer((server.address() as AddressInfo).port, sessionToken)
    server.on('request', (request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      request.on('end', () => made.#serve(request, response, body))
    })
    context.after(() => {
      server.closeAllConnections()
      server.close()
    })
    return made
  }

  #serve(request: IncomingMessage, response: ServerResponse, body: string): void {
    const target = request.url ?? ''
    const problem = signatureProblem(
      { method: request.method ?? '', target, headers: request.headers as Record<string, string>, body },
      {
        ...credentials,
        ...(this.sessionToken !== undefined && { sessionToken: this.sessionToken }),
        region: 'eu-central-1',
        service: 'lambda',
        now: Date.now(),
      },
    )
    response.setHeader('content-type', 'application/json')
    const path = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(?:\?Qualifier=([^&]+))?$/.exec(target)
    if (problem !== null || path === null || request.method !== 'POST') {
      this.refused.push(problem ?? 'ResourceNotFoundException')
      response.writeHead(problem === null ? 404 : 403, { 'x-amzn-errortype': 'InvalidSignatureException' })
      return void response.end(JSON.stringify({ message: problem }))
    }
    const event = JSON.parse(body) as Record<string, unknown>
    const [, name = '', qualifier] = path
    this.invocations.push({
      name: decodeURIComponent(name),
      qualifier: qualifier === undefined ? null : decodeURIComponent(qualifier),
      event,
    })
    if (this.instead !== null) return this.instead(response)
    this.#run(event, response)
  }

  #run(event: Record<string, unknown>, response: ServerResponse): void {
    response.setHeader('x-amz-executed-version', '$LATEST')
    try {
      response.end(JSON.stringify(this.handler(event)))
    } catch (error) {
      response.setHeader('x-amz-function-error', 'Unhandled')
      const { name, message } = error as Error
      response.end(JSON.stringify({ errorType: name, errorMessage: message, trace: [] }))
    }
  }
}
