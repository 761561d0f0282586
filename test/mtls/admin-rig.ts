import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { freePort, startGateway, type TestGateway } from '../support/test-gateway.ts'
import { serverAuth, TestCertificate } from './authority.ts'

/** A gateway whose administrators may show certificates. */
export interface AdminRig {
  readonly gateway: TestGateway
  readonly port: number
  /** Authority of the administrators. */
  readonly root: TestCertificate
  /** Authority of the admin listener's own certificate. */
  readonly servers: TestCertificate
  readonly crl: string
  readonly token: string
  /** Replaces a file as tools do: written beside, then renamed. */
  replace(file: string, content: string | Buffer): void
  /** Puts another certificate of the listener into its files. */
  replaceServer(certificate: TestCertificate): void
  /** Writes the section `admin` anew and reloads. */
  configure(change: Readonly<Record<string, unknown>>): Promise<number>
  ask(asked: Asked): Promise<Answered>
}

export interface Asked {
  readonly certificate?: TestCertificate | null
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answered {
  readonly status: number
  readonly body: string
}

export const serverNames: readonly string[] = ['localhost', 'admin.example.com', '*.wild.example.com']

export async function startAdminRig(
  context: TestContext,
  change: Readonly<Record<string, unknown>> = {},
): Promise<AdminRig> {
  const folder = mkdtempSync(join(tmpdir(), 'admin-mtls-'))
  const file = (name: string): string => join(folder, name)
  const replace = (name: string, content: string | Buffer): void => {
    writeFileSync(`${name}.new`, content)
    renameSync(`${name}.new`, name)
  }
  const [root, servers] = [TestCertificate.root(), TestCertificate.root('Servers')]
  const replaceServer = ({ cert, key }: TestCertificate): void => {
    replace(file('admin.crt'), cert)
    replace(file('admin.key'), key)
  }
  replaceServer(servers.issue({ dns: serverNames, extendedKeyUsage: [serverAuth] }))
  writeFileSync(file('administrators.pem'), root.cert)
  writeFileSync(file('administrators.crl'), root.revoke([]))
  const port = await freePort()
  const admin = {
    address: `127.0.0.1:${port}`,
    tls: { certificates: [{ cert: file('admin.crt'), key: file('admin.key') }] },
    clientCertificates: {
      authorities: [file('administrators.pem')],
      crl: [file('administrators.crl')],
    },
    callers: [
      { identity: 'ops-certs', role: 'viewer', roles: ['look'] },
      { identity: 'ops-certs', role: 'operator', roles: ['operate'] },
      { identity: 'ops-certs', role: 'key-manager', roles: ['keys'] },
      { identity: 'ops-certs', role: 'admin', callers: ['chief.ops.example.com'] },
    ],
  }
  const named = (name: string, ...roles: string[]): object => ({ dns: `${name}.ops.example.com`, roles })
  const gateway = await startGateway({
    admin: { ...admin, ...change },
    services: { upstream: { targets: ['http://127.0.0.1:1'] } },
    identities: {
      'ops-certs': {
        type: 'mtls',
        names: [
          named('viewer', 'look'),
          named('operator', 'operate'),
          named('key-manager', 'keys'),
          named('chief'),
          named('nobody'),
        ],
      },
    },
    apis: { test: { service: 'upstream', anonymous: 'a test', routes: { 'GET /': {} } } },
  })
  context.after(async () => {
    await gateway.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  const configuration = join(gateway.folder, 'sallyport.json')
  return {
    gateway,
    port,
    root,
    servers,
    crl: file('administrators.crl'),
    token: readFileSync(join(gateway.folder, 'data', 'admin-token'), 'utf8').trim(),
    replace,
    replaceServer,
    configure: (other) => {
      const whole = JSON.parse(readFileSync(configuration, 'utf8')) as object
      writeFileSync(configuration, JSON.stringify({ ...whole, admin: { ...admin, ...other } }))
      return gateway.gateway.reload()
    },
    ask: (asked) => ask(port, servers, asked),
  }
}

/** A certificate of the administrator with this name. */
export const named = (root: TestCertificate, name: string): TestCertificate =>
  root.issue({ commonName: name, dns: [`${name}.ops.example.com`] })

/** One request on a connection of its own; status 0 when there was no answer. */
function ask(
  port: number,
  servers: TestCertificate,
  { certificate = null, method = 'GET', path = '/whoami', headers = {} }: Asked,
): Promise<Answered> {
  return new Promise((resolve) => {
    const sent = request(
      {
        host: '127.0.0.1',
        servername: 'localhost',
        port,
        method,
        path,
        headers: { host: 'localhost', ...headers },
        agent: false,
        ca: servers.cert,
        ...(certificate === null ? {} : { cert: certificate.cert, key: certificate.key }),
      },
      (response) => {
        let body = ''
        response.on('data', (chunk) => (body += chunk))
        response.on('end', () => resolve({ status: response.statusCode!, body }))
        response.on('error', () => resolve({ status: 0, body }))
      },
    )
    sent.on('error', () => resolve({ status: 0, body: '' }))
    sent.end()
  })
}
