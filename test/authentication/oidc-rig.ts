import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { SignJWT } from 'jose'
import { type ClientMetadata, Provider } from 'oidc-provider'
import { Agent, fetch as undiciFetch } from 'undici'
import { issuerConfiguration } from '../../examples/orders/issuer-configuration.ts'
import { answerLogin, isLogin } from '../../examples/orders/issuer-login.ts'
import { start } from '../../src/process/start.ts'
import { BrowserJar, type JarAnswer, navigation } from '../support/browser-jar.ts'
import { StrictRecorder } from '../support/strict-recorder.ts'
import { freePort, startGateway, type TestGateway, upstreamOn } from '../support/test-gateway.ts'

/** A real OpenID provider, with a log-in page that asks for no password. */
export interface TestProvider {
  readonly issuer: string
  readonly provider: Provider
  readonly clientId: string
  readonly clientSecret: string
  /** Requests to its token endpoint so far, by `grant_type`. */
  readonly grants: string[]
  /** What it answers in place of itself, while set: a status for every request. */
  broken: number | null
  /** The refresh token that it gave last. */
  refreshToken: { destroy(): Promise<unknown> } | null
  /** Signs claims with its key. */
  sign(claims: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): Promise<string>
  /** Lets it call a gateway of this authority. */
  trust(ca: string): void
  stop(): Promise<void>
}

export interface TestProviderOptions {
  /** Hosts of the gateway, as the redirect URIs name them. */
  readonly origins: readonly string[]
  readonly identities: readonly string[]
  readonly life?: number
  readonly client?: Partial<ClientMetadata>
}

export async function startProvider({
  origins,
  identities,
  life = 600,
  client = {},
}: TestProviderOptions): Promise<TestProvider> {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}`
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const [clientId, clientSecret] = ['orders-web', 'a secret of the client: with + and %']
  const pages = (page: string): string[] =>
    origins.flatMap((origin) => identities.map((identity) => `${origin}/.sallyport/${identity}/${page}`))
  let agent = new Agent()
  const configuration = issuerConfiguration({
    life,
    key: privateKey.export({ format: 'jwk' }),
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: pages('callback'),
        post_logout_redirect_uris: origins.map((origin) => `${origin}/bye`),
        backchannel_logout_uri: pages('backchannel-logout')[0]!,
        backchannel_logout_session_required: true,
        ...client,
      },
    ],
  })
  const provider = new Provider(issuer, {
    ...configuration,
    // The gateway of a test has a certificate of its own.
    fetch: (async (url: URL | string, { dispatcher: _own, ...init }: Record<string, unknown> = {}) =>
      await undiciFetch(url, { ...init, dispatcher: agent })) as unknown as NonNullable<
      typeof configuration.fetch
    >,
  })
  const answer = provider.callback()
  const state: TestProvider = {
    issuer,
    provider,
    clientId,
    clientSecret,
    grants: [],
    broken: null,
    refreshToken: null,
    sign: async (claims, header = {}) => {
      const now = Math.floor(Date.now() / 1000)
      const usual = { iss: issuer, aud: clientId, iat: now, exp: now + 120, ...claims }
      return await new SignJWT(usual).setProtectedHeader({ alg: 'ES256', ...header }).sign(privateKey)
    },
    trust: (ca) => {
      agent = new Agent({ connect: { ca } })
    },
    stop: () => close(server),
  }
  provider.on('refresh_token.saved', (token) => {
    state.refreshToken = token
  })
  provider.on('grant.success', (context) => state.grants.push(String(context.oidc.params?.['grant_type'])))
  provider.on('grant.error', (context) =>
    state.grants.push(`${String(context.oidc.params?.['grant_type'])} refused`),
  )
  const server = createServer((request, response) => {
    if (state.broken !== null) response.writeHead(state.broken).end()
    else if (isLogin(request)) answerLogin(provider, request, response).catch(() => response.destroy())
    else void answer(request, response)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return state
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}

/** A gateway with log-in in front of a service that notes what it gets. */
export interface OidcRig {
  readonly provider: TestProvider
  readonly gateway: TestGateway
  readonly recorder: StrictRecorder
  /** `https://localhost:PORT`. */
  readonly origin: string
  jar(): BrowserJar
  /** Goes to a page, logs in as `account` where that is asked for, and gives the page that it ends at. */
  logIn(jar: BrowserJar, account: string, path?: string): Promise<JarAnswer>
  restart(): Promise<void>
}

export interface OidcRigOptions extends Partial<TestProviderOptions> {
  readonly settings?: Readonly<Record<string, unknown>>
  readonly gateway?: Readonly<Record<string, unknown>>
}

const routes = Object.fromEntries(['GET', 'POST', 'DELETE'].map((method) => [`${method} /orders`, {}]))

export async function oidcRig(context: TestContext, options: OidcRigOptions = {}): Promise<OidcRig> {
  const port = await freePort()
  const origin = `https://localhost:${port}`
  const identities = options.identities ?? ['staff']
  const provider = await startProvider({ ...options, origins: [origin], identities })
  const recorder = await StrictRecorder.start()
  const settings = {
    type: 'oidc',
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    ...options.settings,
  }
  const configuration = {
    listeners: {
      public: { address: `127.0.0.1:${port}`, tls: { local: ['localhost', '127.0.0.1'] } },
      balanced: { address: `127.0.0.1:${await freePort()}`, clearTextFrom: ['127.0.0.0/8'] },
    },
    services: upstreamOn(recorder.port),
    identities: {
      ...Object.fromEntries(identities.map((name) => [name, settings])),
      partners: { type: 'api-key' },
    },
    apis: {
      orders: {
        service: 'upstream',
        authenticate: [...identities, 'partners'],
        authorize: 'any-authenticated-caller',
        routes,
      },
      bye: { service: 'upstream', anonymous: 'after the log-out', routes: { 'GET /bye': {} } },
    },
    ...options.gateway,
  }
  let gateway = await startGateway(configuration)
  const ca = gateway.tls.ca!
  provider.trust(ca)
  const jars: BrowserJar[] = []
  context.after(async () => {
    for (const jar of jars) await jar.close()
    await gateway.stop()
    await recorder.stop()
    await provider.stop()
  })
  return {
    provider,
    recorder,
    origin,
    get gateway() {
      return gateway
    },
    jar: () => {
      const jar = new BrowserJar(ca)
      jars.push(jar)
      return jar
    },
    logIn: async (jar, account, path = '/orders') => {
      const asked = await jar.send(`${origin}${path}`, { headers: navigation, follow: true })
      if (!asked.url.includes('/interaction/')) return asked
      const picked = await jar.send(`${asked.url}?login=${account}`, { method: 'POST', body: '' })
      const next = picked.headers['location']
      if (typeof next !== 'string') return picked
      return await jar.send(new URL(next, asked.url).href, { headers: navigation, follow: true })
    },
    restart: async () => {
      const { folder } = gateway
      await gateway.gateway.stop()
      const again = await start({
        files: [join(folder, 'sallyport.json')],
        dataFolder: join(folder, 'data'),
        cwd: folder,
        env: {},
      })
      const stop = async (): Promise<void> => {
        await again.stop()
        rmSync(folder, { recursive: true, force: true })
      }
      gateway = { ...gateway, gateway: again, stop }
    },
  }
}
