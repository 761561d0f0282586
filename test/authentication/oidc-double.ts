import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ControlHost } from '../../src/gateway/control-half.ts'
import { OidcControl } from '../../src/policies/oidc/control.ts'
import type { CodeAnswer, Published, SessionAnswer } from '../../src/policies/oidc/questions.ts'
import { oidcSettings } from '../../src/policies/oidc/settings.ts'
import { RemoteClient } from '../../src/remote/remote-client.ts'
import { openStore } from '../../src/store/store.ts'
import { temporaryFolder } from '../../src/testing/temporary-folder.ts'
import { signingKey, type TokenParts, tokenBy } from './token-maker.ts'

/** What a token endpoint is to answer. */
export interface TokenAnswer {
  readonly status?: number
  readonly body?: unknown
}

/** The control half of an identity at a provider that says whatever a test wants. */
export interface OidcDouble {
  readonly issuer: string
  readonly control: OidcControl
  readonly published: Published[]
  /** Forms that the token endpoint got, with the header that carried the client's secret. */
  readonly asked: (Readonly<Record<string, string>> & { readonly authorization?: string })[]
  /** Metadata that differ. */
  readonly metadata: Record<string, unknown>
  answer: TokenAnswer
  /** An ID token that fits a log-in with the nonce `n`, but for what is given. */
  idToken(parts?: TokenParts, key?: ReturnType<typeof signingKey>): string
  logIn(answer?: Readonly<Record<string, unknown>>, previous?: string | null): Promise<CodeAnswer>
  session(secret: string): Promise<SessionAnswer>
}

export const accessToken = 'an-access-token'
export const rightHash: string = createHash('sha256')
  .update(accessToken)
  .digest()
  .subarray(0, 16)
  .toString('base64url')

/** Starts both. The control half has read the provider's metadata when this gives it. */
export async function oidcDouble(
  context: TestContext,
  settings: Readonly<Record<string, unknown>> = {},
  metadata: Record<string, unknown> = {},
): Promise<OidcDouble> {
  const key = signingKey('one')
  const asked: OidcDouble['asked'] = []
  const server = createServer((request, response) => {
    let form = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      form += text
    })
    request.on('end', () => {
      const json = (status: number, body: unknown): void => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      }
      if (request.url === '/.well-known/openid-configuration')
        return json(200, {
          issuer: double.issuer,
          authorization_endpoint: `${double.issuer}/auth`,
          token_endpoint: `${double.issuer}/token`,
          jwks_uri: `${double.issuer}/jwks`,
          ...double.metadata,
        })
      if (request.url === '/jwks') return json(200, { keys: [key.jwk] })
      const { authorization } = request.headers
      asked.push({
        ...Object.fromEntries(new URLSearchParams(form)),
        ...(authorization === undefined ? {} : { authorization }),
      })
      json(double.answer.status ?? 200, double.answer.body)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const store = openStore(temporaryFolder(context))
  const client = new RemoteClient()
  const published: Published[] = []
  const host: ControlHost = {
    where: 'identities.staff',
    instance: 'staff',
    publish: (state) => published.push(structuredClone(state) as Published),
    call: client.call,
    report: () => undefined,
    kept: { read: () => null, write: () => undefined },
    sessions: (provider) => store.sessions.of('staff', provider),
  }
  let states = 0
  const double: OidcDouble = {
    issuer,
    published,
    asked,
    metadata,
    answer: {},
    idToken: ({ header = {}, claims = {} } = {}, by = key) =>
      tokenBy(by, { header, claims: { iss: issuer, aud: 'orders-web', nonce: 'n', ...claims } }),
    logIn: async (answer = {}, previous = null) => {
      double.answer = {
        body: { access_token: accessToken, token_type: 'Bearer', id_token: double.idToken(), ...answer },
      }
      return await ask(double, previous, `state ${++states}`)
    },
    session: async (secret) => (await double.control.ask({ kind: 'session', secret })) as SessionAnswer,
    get control() {
      return control
    },
  }
  const control: OidcControl = new OidcControl(
    oidcSettings.parse({ issuer, clientId: 'orders-web', clientSecret: 'a+b%c', ...settings }),
    host,
  )
  context.after(async () => {
    control.close()
    await client.close()
    store.close()
    server.closeAllConnections()
    server.close()
  })
  for (let tries = 0; published.length < 2 && tries < 200; tries++) await sleep(10)
  return double
}

/** Asks for a code whose answer the double has, as the callback with this state does. */
export async function ask(double: OidcDouble, previous: string | null, state: string): Promise<CodeAnswer> {
  return (await double.control.ask({
    kind: 'code',
    code: 'the-code',
    state,
    nonce: 'n',
    verifier: 'the-verifier',
    redirectUri: 'https://api.example.com/.sallyport/staff/callback',
    previous,
  })) as CodeAnswer
}
