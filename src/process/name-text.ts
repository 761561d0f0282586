import { isIP } from 'node:net'

/** The 4 or 16 bytes of an address that `isIP` accepted. */
export function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  return Buffer.from(
    groups(address)
      .map((group) => group.padStart(4, '0'))
      .join(''),
    'hex',
  )
}

/** Names as Node prints a certificate's subject alternative names, sorted: to compare what is there with what is asked. */
export function subjectAltNameText(names: readonly string[]): string {
  return [...new Set(names)]
    .map((name) => (isIP(name) ? `IP Address:${addressText(name)}` : `DNS:${name}`))
    .sort()
    .join(', ')
}

function addressText(address: string): string {
  return isIP(address) === 4 ? address : groups(address).join(':').toUpperCase()
}

/** The eight groups of an IPv6 address. The URL parser brings every spelling into one form first. */
function groups(address: string): readonly string[] {
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const split = (part: string): string[] => (part === '' ? [] : part.split(':'))
  const before = split(head)
  const behind = split(tail)
  return [...before, ...Array<string>(8 - before.length - behind.length).fill('0'), ...behind]
}
