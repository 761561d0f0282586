import { createLog } from '../observe/log.ts'
import type { ConfigurationSource } from './configuration.ts'
import { ControlPlane } from './control-plane.ts'
import { addressText } from './ports.ts'
import { type Program, standardProgram } from './program.ts'

/** A running gateway. */
export interface Gateway {
  /** What listens where, for people. */
  readonly summary: string
  /** Puts the configuration files into force anew. Rejects with StartError, and the old configuration serves on. */
  reload(): Promise<number>
  /** Drains and ends. */
  stop(): Promise<void>
}

/** Starts a gateway in this process; SIGHUP reloads it and SIGUSR1 reopens its log files. Rejects with StartError. */
export async function start(
  source: ConfigurationSource,
  program: Program = standardProgram,
): Promise<Gateway> {
  const log = createLog({ stream: process.stderr })
  const plane = await ControlPlane.start(source, program, log, () => {
    // A supervisor starts the process anew, which this thread cannot do for itself; what still serves is drained first.
    log.error(
      'threads-hopeless',
      'data threads keep ending; the process ends so that its supervisor can start it anew',
    )
    void plane.stop().finally(() => process.exit(70))
  })
  const onReload = (): void => void plane.reload('SIGHUP').catch(() => undefined)
  const onReopen = (): void => plane.reopenLogs()
  process.on('SIGHUP', onReload)
  process.on('SIGUSR1', onReopen)
  return {
    summary: summaryOf(plane),
    reload: () => plane.reload('caller'),
    stop: async () => {
      process.off('SIGHUP', onReload)
      process.off('SIGUSR1', onReopen)
      await plane.stop()
    },
  }
}

function summaryOf(plane: ControlPlane): string {
  const { spec } = plane
  const lines = spec.listeners.map((listener) => {
    const scheme = listener.tls === null ? 'http' : 'https'
    const what =
      listener.kind === 'gateway'
        ? `${spec.operations.length} ${spec.operations.length === 1 ? 'operation' : 'operations'}`
        : listener.kind === 'redirect'
          ? 'redirects to HTTPS'
          : listener.serve.join(' and ')
    return `  ${listener.name.padEnd(10)} ${scheme}://${addressText(listener.address)}  ${what}`
  })
  if (spec.admin !== null)
    lines.push(
      `  ${'admin'.padEnd(10)} ${spec.admin.tls === null ? 'http' : 'https'}://${addressText(spec.admin.address)}  token in ${spec.dataFolder}/admin-token`,
    )
  if (plane.embedded)
    lines.unshift(
      'No configuration is here, and everything is refused: `sallyport init openapi.yaml` writes one.',
    )
  return lines.join('\n')
}
