import { resolve } from 'node:path'
import type { Path } from '../read/tree.ts'
import type { Report } from '../report.ts'
import type { Configuration } from '../schema/configuration.ts'
import type { SinkInput } from '../schema/log.ts'
import type { SinkSpec } from '../spec.ts'
import { parsePort } from './address.ts'
import { existingFile } from './existing-file.ts'
import { parseHost } from './host.ts'

/** Resolves `log`. */
export function resolveSinks(configuration: Configuration, report: Report): SinkSpec[] {
  return configuration.log.flatMap((sink, index) => {
    const spec = resolveSink(['log', index], sink, report)
    return spec === null ? [] : [spec]
  })
}

function resolveSink(at: Path, sink: SinkInput, report: Report): SinkSpec | null {
  if (typeof sink === 'string') return resolveText(at, sink, report)
  switch (sink.type) {
    case 'stdout':
      return { type: 'stdout', format: sink.format ?? 'auto' }
    case 'file':
      return {
        type: 'file',
        path: resolve(report.tree.folderOf(at), sink.path),
        format: sink.format ?? 'json',
      }
    case 'syslog': {
      const authorities = (sink.authorities ?? []).map((file, index) =>
        existingFile([...at, 'authorities', index], file, report),
      )
      return syslog([...at, 'address'], sink.address, sink.tls ?? true, authorities, report)
    }
  }
}

function resolveText(at: Path, text: string, report: Report): SinkSpec | null {
  if (text === 'stdout') return { type: 'stdout', format: 'auto' }
  if (text === 'stdout:json') return { type: 'stdout', format: 'json' }
  if (text === 'stdout:text') return { type: 'stdout', format: 'text' }
  if (text.startsWith('file:') && text.length > 5) {
    return { type: 'file', path: resolve(report.tree.folderOf(at), text.slice(5)), format: 'json' }
  }
  const match = /^syslog\+(tcp|tls):\/\/([^/]+)$/.exec(text)
  if (match !== null) return syslog(at, match[2]!, match[1] === 'tls', [], report)
  report.refuse(
    at,
    `\`${text}\` is no place for records`,
    'Write `stdout`, `stdout:json`, `file:./access.log`, `syslog+tls://host:port` or `syslog+tcp://host:port`.',
  )
  return null
}

function syslog(
  at: Path,
  address: string,
  secure: boolean,
  authorities: readonly string[],
  report: Report,
): SinkSpec | null {
  const colon = address.lastIndexOf(':')
  const host = parseHost(address.slice(0, Math.max(0, colon)))
  const port = parsePort(address.slice(colon + 1))
  if (colon < 0 || host === null || port === null || port === 0) {
    report.refuse(
      at,
      `\`${address}\` is no host with a port`,
      'Write `host:port`, such as `siem.example.com:6514`.',
    )
    return null
  }
  return { type: 'syslog', secure, host, port, authorities }
}
