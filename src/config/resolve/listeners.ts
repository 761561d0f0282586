import type { Path } from '../read/tree.ts'
import type { Report } from '../report.ts'
import type { Configuration } from '../schema/configuration.ts'
import type { ListenerInput, TlsInput } from '../schema/listeners.ts'
import type { Address, AdminSpec, ListenerSpec, Source, TlsSpec } from '../spec.ts'
import { addressText, parseListenAddress } from './address.ts'
import { resolveAdminCallers } from './admin-callers.ts'
import { resolveClientCertificates } from './client-certificates.ts'
import { existingFile } from './existing-file.ts'
import { parseHost } from './host.ts'

const defaultHsts = 'max-age=31536000'
const hstsForm = /^max-age=[0-9]{1,10}(; ?includeSubDomains)?(; ?preload)?$/i

/** Resolves `listeners`: kinds, TLS, redirects, and addresses that are taken twice. */
export function resolveListeners(configuration: Configuration, report: Report): ListenerSpec[] {
  const listeners = Object.entries(configuration.listeners).flatMap(([name, block]) => {
    const listener = resolveListener(name, block, report)
    return listener === null ? [] : [listener]
  })
  const secure = listeners.find((one) => one.kind === 'gateway' && one.tls !== null)
  return listeners.map((one) => {
    if (one.kind !== 'redirect' || one.redirectPort !== 0) return one
    if (secure !== undefined) return { ...one, redirectPort: secure.address.port }
    report.refuse(
      ['listeners', one.name, 'redirectToHttps'],
      'there is no TLS listener to redirect to',
      'Add a listener with `tls`, or write `redirectToHttps: { port: 443 }`.',
    )
    return one
  })
}

function resolveListener(name: string, block: ListenerInput, report: Report): ListenerSpec | null {
  const at: Path = ['listeners', name]
  const address = resolveAddress([...at, 'address'], block.address, report)
  const redirect = block.redirectToHttps ?? false
  const kind = redirect !== false ? 'redirect' : block.serve !== undefined ? 'ops' : 'gateway'
  refuseMixed(at, block, kind, report)
  if (kind === 'gateway' && block.tls === undefined && block.clearTextFrom === undefined) {
    report.refuseKey(
      at,
      'a listener without TLS would carry credentials in clear text',
      'Write `tls: { certificates: [ { cert: …, key: … } ] }`, or `clearTextFrom: [networks]` where a balancer ends TLS.',
    )
  }
  if (block.clearTextFrom?.length === 0) {
    report.refuse(
      [...at, 'clearTextFrom'],
      'the list is empty',
      'Name the networks of the balancers that end TLS.',
    )
  }
  const misdirected = block.misdirected ?? 'refuse'
  if (misdirected === 'serve') {
    report.open(
      report.tree.keyOf([...at, 'misdirected']),
      `listener ${name} serves hosts that its certificate does not cover`,
    )
  }
  const tls = block.tls === undefined ? null : resolveTls([...at, 'tls'], block.tls, report)
  if (address === null) return null
  return {
    name,
    address,
    kind,
    tls,
    clearTextFrom: block.clearTextFrom ?? [],
    clientCertificates: resolveClientCertificates([...at, 'clientCertificates'], block, report),
    misdirected,
    redirectPort: typeof redirect === 'object' ? redirect.port : 0,
    serve: block.serve ?? [],
    hsts: resolveHsts([...at, 'hsts'], block, kind, report),
    source: report.tree.keyOf(at),
  }
}

function refuseMixed(at: Path, block: ListenerInput, kind: ListenerSpec['kind'], report: Report): void {
  const foreign: readonly (keyof ListenerInput)[] =
    kind === 'redirect'
      ? ['tls', 'serve', 'clearTextFrom', 'clientCertificates', 'misdirected', 'hsts']
      : kind === 'ops'
        ? ['tls', 'clearTextFrom', 'clientCertificates', 'misdirected', 'hsts']
        : block.tls !== undefined
          ? ['clearTextFrom']
          : ['misdirected']
  const why = {
    redirect: 'a listener that redirects',
    ops: 'a listener with `serve`',
    gateway: block.tls === undefined ? 'a clear-text listener' : 'a listener with `tls`',
  }[kind]
  for (const key of foreign) {
    if (block[key] !== undefined)
      report.refuseKey([...at, key], `${why} has no \`${key}\``, 'Remove it, or use a listener of its own.')
  }
}

function resolveHsts(at: Path, block: ListenerInput, kind: ListenerSpec['kind'], report: Report): string {
  if (kind !== 'gateway') return ''
  // Of a local certificate, browsers would remember for a year that localhost speaks nothing but HTTPS.
  if (block.hsts === undefined) return block.tls?.local === undefined ? defaultHsts : ''
  if (block.hsts === 'off') return ''
  if (!hstsForm.test(block.hsts)) {
    report.refuse(
      at,
      'not a value of Strict-Transport-Security',
      'Write `max-age=31536000`, with `; includeSubDomains` where all subdomains speak HTTPS, or `off`.',
    )
  }
  return block.hsts
}

function resolveTls(at: Path, block: TlsInput, report: Report): TlsSpec {
  if ((block.certificates === undefined) === (block.local === undefined)) {
    report.refuseKey(
      at,
      block.local === undefined ? 'no certificate' : 'two kinds of certificate',
      'Write either `certificates` or `local`.',
    )
  }
  const certificates = (block.certificates ?? []).map(({ cert, key }, index) => ({
    cert: existingFile([...at, 'certificates', index, 'cert'], cert, report),
    key: existingFile([...at, 'certificates', index, 'key'], key, report),
  }))
  const local = (block.local ?? []).map((written, index) => {
    const host = parseHost(written)
    if (host === null)
      report.refuse(
        [...at, 'local', index],
        'not a host',
        'Write a name such as `localhost` or an address such as `127.0.0.1`.',
      )
    return host ?? written
  })
  return { profile: block.profile ?? 'intermediate', certificates, local }
}

function resolveAddress(at: Path, text: string, report: Report): Address | null {
  const parsed = parseListenAddress(text)
  if (parsed.ok) return parsed.address
  report.refuse(at, parsed.message, parsed.remedy)
  return null
}

/** Resolves `admin`. */
export function resolveAdmin(configuration: Configuration, report: Report): AdminSpec | null {
  const block = configuration.admin
  if (block === 'off' || block === false) return null
  const address = resolveAddress(['admin', 'address'], block.address ?? '127.0.0.1:9901', report)
  if (address === null) return null
  const source = report.tree.keyOf(['admin', 'address'])
  if (address.host !== '::1' && !address.host.startsWith('127.')) {
    report.open(source, `the admin API is reachable beyond this machine (${addressText(address)})`)
    if (block.tls === undefined)
      report.find(
        source,
        `the admin API carries tokens in clear text beyond this machine (${addressText(address)})`,
        'Give `admin` a `tls`, or an address of loopback.',
      )
  }
  if (block.clientCertificates !== undefined && block.tls === undefined)
    report.refuseKey(
      ['admin', 'clientCertificates'],
      'in clear text there is no handshake that a certificate could come in',
      'Give `admin` a `tls` too.',
    )
  return {
    address,
    openMetricsTo: block.openMetricsTo ?? [],
    tls: block.tls === undefined ? null : resolveTls(['admin', 'tls'], block.tls, report),
    clientCertificates: resolveClientCertificates(['admin', 'clientCertificates'], block, report),
    callers: resolveAdminCallers(block.callers ?? [], Object.keys(configuration.identities), report),
    source: report.tree.keyOf(['admin']),
  }
}

/** Refuses addresses that two of the listeners (the admin API among them) take. */
export function refuseTakenAddresses(
  listeners: readonly ListenerSpec[],
  admin: AdminSpec | null,
  report: Report,
): void {
  const all: { address: Address; path: Path; source: Source }[] = listeners.map(({ name, address }) => {
    const path = ['listeners', name, 'address']
    return { address, path, source: report.tree.keyOf(path) }
  })
  if (admin !== null)
    all.push({
      address: admin.address,
      path: ['admin', 'address'],
      source: report.tree.keyOf(['admin', 'address']),
    })
  for (const [index, one] of all.entries()) {
    const before = all.slice(0, index).find((other) => overlap(other.address, one.address))
    if (before === undefined) continue
    report.refuse(
      one.path,
      `the address ${addressText(one.address)} is taken by \`${before.path.slice(0, -1).join('.')}\``,
      'Use another port.',
      before.source,
    )
  }
}

function overlap(a: Address, b: Address): boolean {
  return a.port === b.port && a.port !== 0 && (a.host === b.host || a.host === '' || b.host === '')
}
