import { formatAddress, parseAddress } from '../../engines/networks/address.ts'

const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/

/**
 * A host in the one form that requests are compared in: a name in lower case, an address in canonical form (IPv6
 * without brackets); null when it is neither. Names that resolvers read as numbers (`0x7f.1`, `2130706433`) are no
 * names: they would be addresses by another spelling.
 */
export function parseHost(written: string): string | null {
  const address = parseAddress(
    written.startsWith('[') && written.endsWith(']') ? written.slice(1, -1) : written,
  )
  if (address !== null) return formatAddress(address)
  const name = written.toLowerCase()
  if (name.length > 253) return null
  const labels = name.split('.')
  if (!labels.every((one) => label.test(one))) return null
  return /^(?:[0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1)!) ? null : name
}
