import { parseAddress } from '../../engines/networks/address.ts'
import { isMetadata } from '../../engines/networks/special.ts'
import type { Path } from '../read/tree.ts'
import type { Report } from '../report.ts'
import type { Configuration } from '../schema/configuration.ts'
import type { ServiceSpec, TargetSpec } from '../spec.ts'
import { existingFile } from './existing-file.ts'
import { parseHost } from './host.ts'
import { parseTarget } from './target.ts'

/** Names under which clouds answer with credentials of the machine. */
const metadataNames: ReadonlySet<string> = new Set(['metadata.google.internal', 'metadata.goog', 'metadata'])

/** Resolves `services`. */
export function resolveServices(configuration: Configuration, report: Report): ServiceSpec[] {
  return Object.entries(configuration.services).map(([name, block]) => {
    const at: Path = ['services', name]
    const { connect, response, idle, total } = block.timeouts
    const { serverName } = block.tls
    if (serverName !== undefined && parseHost(serverName) === null) {
      report.refuse(
        [...at, 'tls', 'serverName'],
        'not a host name',
        'Write the name in the certificate of the target.',
      )
    }
    return {
      name,
      targets: block.targets.flatMap((written, index) =>
        resolveTarget([...at, 'targets', index], written, block.allowMetadataAddress, report),
      ),
      timeouts: { connectMs: connect, responseMs: response, idleMs: idle, totalMs: total },
      connections: block.connections,
      queue: block.queue,
      keepAliveMs: block.keepAlive,
      hostHeader: block.hostHeader,
      tls: {
        authorities: block.tls.authorities.map((file, index) =>
          existingFile([...at, 'tls', 'authorities', index], file, report),
        ),
        serverName: serverName ?? null,
      },
      allowMetadataAddress: block.allowMetadataAddress,
      source: report.tree.keyOf(at),
    }
  })
}

function resolveTarget(at: Path, written: string, allowMetadata: boolean, report: Report): TargetSpec[] {
  const parsed = parseTarget(written)
  if (!parsed.ok) {
    report.refuse(at, parsed.message, parsed.remedy)
    return []
  }
  const { target } = parsed
  if (isMetadataHost(target.host)) {
    if (allowMetadata)
      report.open(
        report.tree.valueOf(at),
        `${at.slice(0, 2).join('.')} reaches the metadata address ${target.host}`,
      )
    else {
      report.refuse(
        at,
        `${target.host} is a link-local or cloud metadata address, which hands out credentials of the machine`,
        'Name another address, or write `allowMetadataAddress: true` in the service.',
      )
    }
  }
  return [target]
}

function isMetadataHost(host: string): boolean {
  const address = parseAddress(host)
  return address === null ? metadataNames.has(host) : isMetadata(address)
}
