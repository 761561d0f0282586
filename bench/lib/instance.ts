import type { ChildProcess } from 'node:child_process'
import { closeSync, createReadStream, mkdirSync, openSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Gateway } from './gateways.ts'
import { probe } from './probe.ts'
import { startPinned, stop } from './processes.ts'
import { type Certificate, fillTemplate, freePorts } from './workspace.ts'

/** Where a gateway is started. */
export interface Place {
  readonly core: number
  readonly workspace: string
  readonly backendPort: number
  readonly certificate: Certificate
  /** Further values for the names in the configuration. */
  readonly values?: Readonly<Record<string, string | number>>
  /** Headers without which the gateway refuses the measured operation. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A running gateway that has given the backend's answer over clear text and over TLS. */
export interface Instance {
  readonly gateway: Gateway
  readonly pid: number
  /** Clear text and TLS addresses of the measured operation. */
  readonly urls: { readonly plain: string; readonly tls: string }
  readonly cipher: string
  /** From starting the process to the first byte of its first right answer, in milliseconds. */
  readonly startMs: number
  readonly log: string
  readonly child: ChildProcess
}

let started = 0

/** @throws Error with the end of what the gateway printed, when it does not come up. */
export async function startGateway(gateway: Gateway, place: Place): Promise<Instance> {
  const folder = join(place.workspace, `${gateway.name}-${started++}`)
  const log = join(folder, 'access.log')
  const [plain, tls, admin] = (await freePorts(3)) as [number, number, number]
  const { cert, key, pem } = place.certificate
  const values = {
    FOLDER: folder,
    LOG: log,
    PLAIN: plain,
    TLS: tls,
    ADMIN: admin,
    BACKEND: place.backendPort,
    ...place.values,
  }
  const certificate = { CERT: cert, KEY: key, PEM: pem }
  mkdirSync(folder, { mode: 0o700 })
  closeSync(openSync(log, 'a', 0o600))
  for (const file of [gateway.template, ...gateway.companions]) {
    const template = new URL(`../gateways/${gateway.name}/${file}`, import.meta.url)
    fillTemplate(template, join(folder, file), { ...values, ...certificate })
  }
  const output = join(folder, 'output.log')
  const start = performance.now()
  const child = startPinned(place.core, gateway.command(join(folder, gateway.template)), folder, {
    stdout: { file: gateway.logsToStdout ? log : output },
    stderr: { file: output },
  })
  // By name: the certificate is checked, and wrk names the host it was given in the handshake.
  const urls = {
    plain: `http://localhost:${plain}/orders/1001`,
    tls: `https://localhost:${tls}/orders/1001`,
  }
  try {
    const begun = performance.now()
    const { headers = {} } = place
    const address = urls.plain.replace('localhost', '127.0.0.1')
    const first = await probe({ url: address, authority: null, headers }, child, 20_000)
    const startMs = begun - start + first.firstByteMs
    const secure = await probe({ url: urls.tls, authority: readFileSync(cert), headers }, child, 20_000)
    return { gateway, pid: child.pid ?? 0, urls, cipher: secure.cipher, startMs, log, child }
  } catch (error) {
    await stop(child)
    const printed = readFileSync(output, 'utf8').trim().split('\n').slice(-5).join('\n')
    throw new Error(`${gateway.name} ${(error as Error).message}\n${printed}`)
  }
}

/** Empties the access log: at full load it grows by gigabytes. */
export function emptyLog(instance: Instance): void {
  truncateSync(instance.log, 0)
}

/** Lines in the access log. Gateways write theirs in blocks, so the last ones are waited for. */
export async function logLines(instance: Instance): Promise<number> {
  await delay(500)
  let lines = 0
  for await (const bytes of createReadStream(instance.log, { highWaterMark: 1 << 20 })) {
    const block = bytes as Buffer
    for (let at = block.indexOf(10); at !== -1; at = block.indexOf(10, at + 1)) lines++
  }
  return lines
}
