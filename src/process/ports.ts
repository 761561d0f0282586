import { createServer } from 'node:net'
import type { Address, GatewaySpec, ListenerSpec } from '../config/spec.ts'
import { StartError } from './start-error.ts'

/**
 * Finds out whether an address can be listened on. Threads share ports, and the system would let a second gateway of
 * the same user share them too and take half of the requests: so the control plane asks once, without sharing.
 */
function probe(address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(
      { port: address.port, ...(address.host === '' ? {} : { host: address.host }), exclusive: true },
      () => server.close(() => resolve()),
    )
  })
}

/** The address for people: `127.0.0.1:8443`, `:8443` for all interfaces. */
export function addressText({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Every address a configuration listens on. */
export function addressesOf(spec: GatewaySpec): GatewaySpec['listeners'][number]['address'][] {
  const addresses = spec.listeners.map((listener) => listener.address)
  return spec.admin === null ? addresses : [...addresses, spec.admin.address]
}

/** Probes them all; throws StartError with what to do about the first that cannot be opened. */
export async function probeAll(
  addresses: readonly ListenerSpec['address'][],
  spec: GatewaySpec,
): Promise<void> {
  for (const address of addresses) {
    try {
      await probe(address)
    } catch (error) {
      throw new StartError(
        portSentence(addressText(address), (error as NodeJS.ErrnoException).code ?? '', spec),
      )
    }
  }
}

function portSentence(address: string, code: string, spec: GatewaySpec): string {
  const name = spec.listeners.find((listener) => addressText(listener.address) === address)?.name
  const key = name === undefined ? 'admin.address' : `listeners.${name}.address`
  if (code === 'EADDRINUSE')
    return `${address} is taken by another process: end that one, or give \`${key}\` another port.`
  if (code === 'EACCES')
    return `${address} may not be opened by this user: give \`${key}\` a port above 1023, or grant CAP_NET_BIND_SERVICE.`
  if (code === 'EADDRNOTAVAIL') return `${address} is no address of this machine: correct \`${key}\`.`
  return `${address} cannot be opened (${code}): check \`${key}\`.`
}
