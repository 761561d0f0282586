import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answerBody } from './answer-body.ts'
import { findBinary, versionOf } from './binaries.ts'
import { probe } from './probe.ts'
import { type Command, startPinned } from './processes.ts'
import { fillTemplate, freePorts } from './workspace.ts'

/** What all gateways forward to. */
export interface Backend {
  readonly port: number
  readonly pid: number
  /** Program and version, for the report. */
  readonly version: string
}

/** Starts the service behind the gateways on the load generator's core: nginx, or a bare socket server without it. */
export async function startBackend(core: number, workspace: string): Promise<Backend> {
  const [port] = (await freePorts(1)) as [number]
  const folder = join(workspace, 'backend')
  const nginx = findBinary('nginx')
  const file = join(folder, 'nginx.conf')
  const template = new URL('../gateways/backend/nginx.conf', import.meta.url)
  fillTemplate(template, file, { BACKEND: port, FOLDER: folder, BODY: answerBody })
  const errors = join(folder, 'errors.log')
  const command: Command =
    nginx === null
      ? {
          file: process.execPath,
          args: [fileURLToPath(new URL('./raw-backend.ts', import.meta.url)), String(port)],
        }
      : { file: nginx, args: ['-c', file] }
  const child = startPinned(core, command, folder, { stdout: { file: errors }, stderr: { file: errors } })
  await probe({ url: `http://127.0.0.1:${port}/orders/1001`, authority: null }, child, 10_000)
  const version = nginx === null ? `node ${process.versions.node}` : `nginx ${versionOf(nginx, '-v')}`
  return { port, pid: child.pid ?? 0, version }
}
