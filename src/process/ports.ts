import { createServer } from 'node:net'
import type { Address } from '../config/spec.ts'

/**
 * Finds out whether an address can be listened on. Threads share ports, and the system would let a second gateway of
 * the same user share them too and take half of the requests: so the control plane asks once, without sharing.
 */
export function probe(address: Address): Promise<void> {
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
