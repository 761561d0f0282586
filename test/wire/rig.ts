import { RawClient } from '../support/raw-client.ts'
import { StrictRecorder } from '../support/strict-recorder.ts'
import { openApi, startGateway, type TestGateway, upstreamOn } from '../support/test-gateway.ts'
import type { WireCase } from './battery/wire-case.ts'

/** Statuses with which the wire and routing may refuse. */
const refusals = new Set([400, 403, 404, 405, 408, 411, 413, 414, 417, 421, 431, 501, 505])
/** Longest wait for the answer to a message that is whole, or can no longer become valid. */
const hangMs = 2000

/** What became of one case. */
export interface Outcome {
  readonly name: string
  /** Second readings of what arrived. */
  readonly ambiguous: readonly string[]
  /** Requests that arrived beyond those that the client sent. */
  readonly extra: number
  readonly hang: boolean
  /** In which other way the expectation is not met. */
  readonly wrong: string | null
  /** Statuses of the final answers. */
  readonly statuses: readonly number[]
  /** Method, target and body of what arrived. */
  readonly arrived: readonly string[]
}

/** A gateway open to everything, between raw clients and a strict recorder. Cases run one after the other. */
export class Rig {
  readonly recorder: StrictRecorder
  readonly gateway: TestGateway

  private constructor(recorder: StrictRecorder, gateway: TestGateway) {
    this.recorder = recorder
    this.gateway = gateway
  }

  static async start(): Promise<Rig> {
    const recorder = await StrictRecorder.start()
    const gateway = await startGateway({ services: upstreamOn(recorder.port), apis: { open: openApi() } })
    return new Rig(recorder, gateway)
  }

  async stop(): Promise<void> {
    await this.gateway.stop()
    await this.recorder.stop()
  }

  /** Sends one case over TLS, or in clear text, waits until all is said, and judges. */
  async run(wireCase: WireCase, clear = false): Promise<Outcome> {
    const { name, bytes, expect, methods = [], brokenOff = false } = wireCase
    const refused = expect === 'refused' ? 1 : 0
    const upstream = wireCase.upstream ?? 1 - refused
    const client = await RawClient.open(clear ? this.gateway.clear : this.gateway.tls)
    let hang = false
    if (typeof bytes === 'string') client.send(bytes)
    else await client.sendPieces(bytes)
    if (!brokenOff) {
      const enough = Math.max(1, upstream + refused)
      hang = !(await client.until(
        () => client.ended || client.responses(methods).final.length >= enough,
        hangMs,
      ))
    }
    // Whatever the gateway still makes of these bytes has happened when it has seen the end and closed too.
    await client.finish(hangMs)
    if (!client.closed) hang = true
    const { final, rest } = client.responses(methods)
    const recorded = this.recorder.take()
    const statuses = final.map((response) => response.status)
    return {
      name,
      ambiguous: [...recorded.flags, ...believed(recorded.requests)],
      extra: Math.max(0, recorded.requests.length - upstream),
      hang,
      wrong: hang
        ? null
        : wrongWith(
            wireCase,
            upstream,
            statuses,
            recorded.requests.length,
            rest,
            crossed(final, recorded.requests),
          ),
      statuses,
      arrived: recorded.requests.map((request) => `${request.method} ${request.target} ${request.body}`),
    }
  }
}

/** Claims of clients that arrived: the battery marks them by their values. */
function believed(
  requests: readonly { readonly fields: readonly (readonly [string, string])[] }[],
): string[] {
  return requests.flatMap(({ fields }) =>
    fields.filter(([, value]) => /evil|6\.6\.6\.6/i.test(value)).map(([name]) => `claim in ${name}`),
  )
}

/** Whether some answer is not the one to the request in its place. */
function crossed(
  final: readonly { readonly status: number; readonly fields: ReadonlyMap<string, string> }[],
  requests: readonly { readonly number: number }[],
): boolean {
  const answered = final.flatMap((response) => response.fields.get('x-recorded') ?? [])
  return answered.some((number, at) => Number(number) !== requests[at]?.number)
}

function wrongWith(
  wireCase: WireCase,
  upstream: number,
  statuses: readonly number[],
  arrived: number,
  rest: string,
  isCrossed: boolean,
): string | null {
  if (isCrossed) return 'answers do not belong to the requests in their places'
  if (rest !== '') return `${JSON.stringify(rest.slice(0, 80))} after the answers`
  if (wireCase.expect === 'clean') {
    if (arrived !== upstream)
      return `${arrived} of ${upstream} requests arrived, answered ${statuses.join(' ')}`
    return statuses.length === upstream && statuses.every((status) => status === 200)
      ? null
      : `answered ${statuses.join(' ')}`
  }
  const denied = statuses.filter((status) => status !== 200)
  const passed = statuses.length - denied.length
  if (denied.some((status) => !refusals.has(status))) return `refused with ${denied.join(' ')}`
  if (wireCase.expect === 'either')
    return statuses.length <= upstream + 1 ? null : `${statuses.length} answers`
  if (passed !== upstream) return `answered ${statuses.join(' ')}, where ${upstream} may pass`
  if (wireCase.brokenOff === true ? denied.length > 1 : denied.length !== 1)
    return `${denied.length} refusals`
  const { status } = wireCase
  return status === undefined || denied[0] === status ? null : `refused with ${denied[0]}, not ${status}`
}
