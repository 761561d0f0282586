import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { freePort, startGateway, type TestGateway } from '../support/test-gateway.ts'
import { TestCertificate } from './authority.ts'

/** A gateway that asks for client certificates of a test authority. */
export interface MtlsGateway {
  readonly gateway: TestGateway
  readonly port: number
  /** The listener behind a balancer, on which `client-cert` or another header is believed. */
  readonly balanced: number
  /** The same without `clientCertificates`. */
  readonly plain: number
  readonly root: TestCertificate
  /** Files of the authorities and of the revocation list. */
  readonly authorities: string
  readonly crl: string
  /** Headers of the requests that reached the service. */
  readonly arrived: IncomingHttpHeaders[]
  readonly waiting: () => number
  /** Replaces a file as tools do: written beside, then renamed. */
  replace(file: string, content: string | Buffer): void
}

export interface MtlsOptions {
  readonly required?: boolean
  readonly withList?: boolean
  readonly header?: string
  readonly balancer?: string
  readonly dataThreads?: number
  readonly identities?: Readonly<Record<string, unknown>>
  readonly listeners?: (files: { authorities: string; crl: string }) => Readonly<Record<string, unknown>>
  readonly authorities?: (root: TestCertificate) => string
}

export const devices: Readonly<Record<string, unknown>> = {
  type: 'mtls',
  names: [{ commonName: 'ada' }, { dns: '*.devices.example.com' }],
  caller: 'subject',
}

/** Three ports that are not the same. */
async function freePorts(): Promise<[number, number, number]> {
  const ports = new Set<number>()
  while (ports.size < 3) ports.add(await freePort())
  return [...ports] as [number, number, number]
}

export async function startMtlsGateway(
  context: TestContext,
  options: MtlsOptions = {},
): Promise<MtlsGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'mtls-'))
  const root = TestCertificate.root()
  const authorities = join(folder, 'clients-ca.pem')
  const crl = join(folder, 'clients.crl')
  writeFileSync(authorities, options.authorities?.(root) ?? root.cert)
  writeFileSync(crl, root.revoke([]))
  const arrived: IncomingHttpHeaders[] = []
  let waiting = 0
  const service = createServer((request, response) => {
    arrived.push(request.headers)
    if (request.url !== '/wait') return void response.end('ok')
    waiting++
    response.write('begun')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => service.once('listening', resolve))
  context.after(() => {
    service.closeAllConnections()
    service.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const [port, balanced, plain] = await freePorts()
  const clientCertificates = {
    authorities: [authorities],
    ...(options.withList === false ? {} : { crl: [crl] }),
    ...(options.required === true ? { required: true } : {}),
  }
  const gateway = await startGateway({
    dataThreads: options.dataThreads ?? 0,
    listeners: {
      public: {
        address: `127.0.0.1:${port}`,
        tls: { local: ['localhost', 'other.example.com', '127.0.0.1'] },
        clientCertificates,
      },
      balanced: {
        address: `127.0.0.1:${balanced}`,
        clearTextFrom: [options.balancer ?? '127.0.0.0/8'],
        clientCertificates: { ...clientCertificates, header: options.header ?? 'client-cert' },
      },
      plain: { address: `127.0.0.1:${plain}`, clearTextFrom: ['127.0.0.0/8'] },
      ...options.listeners?.({ authorities, crl }),
    },
    services: { upstream: { targets: [`http://127.0.0.1:${(service.address() as AddressInfo).port}`] } },
    identities: { devices, ...options.identities },
    apis: {
      test: {
        service: 'upstream',
        authenticate: Object.keys({ devices, ...options.identities }),
        authorize: 'any-authenticated-caller',
        routes: { 'GET /me': {}, 'GET /wait': {}, 'GET /open': { anonymous: 'a test' } },
      },
    },
  })
  context.after(() => gateway.stop())
  return {
    gateway,
    port,
    balanced,
    plain,
    root,
    authorities,
    crl,
    arrived,
    waiting: () => waiting,
    replace: (file, content) => {
      writeFileSync(`${file}.new`, content)
      renameSync(`${file}.new`, file)
    },
  }
}
