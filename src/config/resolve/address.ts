import { formatAddress, parseAddress } from '../../engines/networks/address.ts'
import type { Address } from '../spec.ts'

/** A listening address, or what is wrong with it and what to write. */
export type AddressResult =
  | { readonly ok: true; readonly address: Address }
  | { readonly ok: false; readonly message: string; readonly remedy: string }

const remedy = 'Write `:8443` for all interfaces, `127.0.0.1:8443` or `[::1]:8443`.'

/** Reads `:port`, `IPv4:port` and `[IPv6]:port`. Port 0 lets the system choose. */
export function parseListenAddress(text: string): AddressResult {
  const colon = text.lastIndexOf(':')
  if (colon < 0) return { ok: false, message: `\`${text}\` has no port`, remedy }
  const port = parsePort(text.slice(colon + 1))
  if (port === null)
    return {
      ok: false,
      message: `\`${text.slice(colon + 1)}\` is no port`,
      remedy: 'Write a port from 1 to 65535.',
    }
  const written = text.slice(0, colon)
  if (written === '') return { ok: true, address: { host: '', port } }
  const bracketed = written.startsWith('[') && written.endsWith(']')
  const address = parseAddress(bracketed ? written.slice(1, -1) : written)
  // A name may stand for several addresses, or for none after the next change of DNS.
  if (address === null || (written.includes(':') && !bracketed)) {
    return { ok: false, message: `\`${written}\` is no address of an interface`, remedy }
  }
  const host = formatAddress(address)
  return { ok: true, address: { host: host === '0.0.0.0' || host === '::' ? '' : host, port } }
}

/** A port in decimal, without leading zeros, or null. */
export function parsePort(text: string): number | null {
  if (!/^(0|[1-9][0-9]{0,4})$/.test(text)) return null
  const port = Number(text)
  return port <= 65_535 ? port : null
}

/** An address for people. */
export function addressText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
