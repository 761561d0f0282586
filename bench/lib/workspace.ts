import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One certificate for all gateways: ECDSA P-256, for `localhost` and 127.0.0.1. Paths of PEM files. */
export interface Certificate {
  readonly cert: string
  readonly key: string
  /** Certificate and key in one file, as HAProxy wants them. */
  readonly pem: string
}

/** A folder that is removed when the bench ends. */
export function createWorkspace(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function createCertificate(folder: string): Certificate {
  const cert = join(folder, 'bench.crt')
  const key = join(folder, 'bench.key')
  const pem = join(folder, 'bench.pem')
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const keyType = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const output = ['-days', '2', '-out', cert, '-keyout', key]
  execFileSync('openssl', ['req', '-x509', ...keyType, ...subject, ...output], { stdio: 'ignore' })
  writeFileSync(pem, readFileSync(cert, 'utf8') + readFileSync(key, 'utf8'), { mode: 0o600 })
  return { cert, key, pem }
}

/** Fills a configuration file's `@NAME@`s in and writes it into `folder`. @throws Error when a name has no value. */
export function fillTemplate(
  template: URL,
  target: string,
  values: Readonly<Record<string, string | number>>,
): void {
  mkdirSync(join(target, '..'), { recursive: true })
  const text = readFileSync(template, 'utf8').replaceAll(/@([A-Z]+)@/g, (whole, name: string) => {
    if (name === 'NAMES') return whole
    const value = values[name]
    if (value === undefined)
      throw new Error(`${template.pathname} asks for ${whole}, which the bench does not know`)
    return String(value)
  })
  writeFileSync(target, text, { mode: 0o600 })
}

/** Ports nothing listens on now, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(0, '127.0.0.1', resolve)
      })
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
