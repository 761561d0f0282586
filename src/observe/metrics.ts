import { type Counters, codeNames, gaugeNames, latencyBounds, statusClasses } from './counters.ts'
import { gaugeMetrics } from './gauge-metrics.ts'
import { type OperationName, OperationTotals } from './operation-totals.ts'
import { ProcessMetrics } from './process-metrics.ts'
import { PrometheusText } from './prometheus-text.ts'
import type { SinkStats } from './sinks/sink.ts'

/** The counters of one data thread under one plan. */
export interface Generation {
  /** Number of the data thread. */
  readonly thread: number
  readonly counters: Counters
  /** Names of the plan's operations, in the order in which the thread counts them. */
  readonly operations: readonly OperationName[]
}

export interface MetricsSources {
  /** Version of Sallyport. */
  readonly version: string
  readonly sinks: () => readonly SinkStats[]
  /** Number of the configuration that serves now. */
  readonly generation: () => number
}

/** More names than this, ever, and requests are counted by API: a scraper pays for every series. */
const mostOperations = 1000

const codeCount = codeNames.length + 1
const latencyCount = latencyBounds.length + 1

/** Everything that `/metrics` shows: sums over data threads, and over plans and threads that are gone. */
export class MetricsRegistry {
  readonly #sources: MetricsSources
  readonly #process: ProcessMetrics
  readonly #live = new Set<Generation>()
  readonly #gauges: number[] = gaugeNames.map(() => 0)
  readonly #codes: number[] = new Array<number>(codeCount).fill(0)
  readonly #latency: number[] = new Array<number>(latencyCount).fill(0)
  #latencySum = 0
  readonly #operations = new OperationTotals(false)
  #folded = false
  readonly #reloads = { applied: 0, refused: 0 }
  #threadRestarts = 0
  #adminRefusals = 0

  constructor(sources: MetricsSources) {
    this.#sources = sources
    this.#process = new ProcessMetrics(sources.version)
  }

  /** A data thread begins to count under a plan. */
  addGeneration(generation: Generation): void {
    this.#live.add(generation)
  }

  /** It will not count there any more, its plan is drained or the thread is gone: its counters stay in the sums. */
  retire(generation: Generation): void {
    if (!this.#live.delete(generation)) return
    const { counters } = generation
    for (const [index, name] of gaugeNames.entries()) {
      if (gaugeMetrics[name].type === 'counter') this.#gauges[index]! += counters.gauge(index)
    }
    for (let index = 0; index < codeCount; index++) this.#codes[index]! += counters.code(index)
    for (let index = 0; index < latencyCount; index++) this.#latency[index]! += counters.latency(index)
    this.#latencySum += counters.latencySum
    this.#operations.add(counters, generation.operations)
    if (this.#operations.size > mostOperations) this.#fold()
  }

  countReload(result: 'applied' | 'refused'): void {
    this.#reloads[result]++
  }

  countThreadRestart(): void {
    this.#threadRestarts++
  }

  /** A request to the admin listener without the right token. */
  countAdminRefusal(): void {
    this.#adminRefusals++
  }

  /** The page, in the Prometheus text format. */
  render(): string {
    const text = new PrometheusText()
    this.#renderOperations(text)
    this.#renderDenials(text)
    this.#renderLatency(text)
    for (const [index, name] of gaugeNames.entries()) {
      const metric = gaugeMetrics[name]
      const value = this.#sum(this.#gauges[index]!, (counters) => counters.gauge(index))
      text.single(metric.name, metric.type, metric.help, value)
    }
    this.#renderSinks(text)
    this.#renderControlPlane(text)
    this.#process.render(text)
    return text.toString()
  }

  close(): void {
    this.#process.close()
  }

  #sum(retired: number, read: (counters: Counters) => number): number {
    let sum = retired
    for (const { counters } of this.#live) sum += read(counters)
    return sum
  }

  #fold(): void {
    this.#folded = true
    this.#operations.fold()
  }

  #renderOperations(text: PrometheusText): void {
    let totals = this.#addOperations()
    if (!this.#folded && totals.size > mostOperations) {
      this.#fold()
      totals = this.#addOperations()
    }
    const name = 'sallyport_requests_total'
    text.family(name, 'counter', 'Requests answered, by API, operation and status class.')
    for (const { api, operation, classes } of totals) {
      for (const [index, value] of classes.entries()) {
        if (value > 0) text.sample(name, value, { api, operation, class: statusClasses[index]! })
      }
    }
  }

  #addOperations(): OperationTotals {
    const totals = new OperationTotals(this.#folded)
    totals.addAll(this.#operations)
    for (const { counters, operations } of this.#live) totals.add(counters, operations)
    return totals
  }

  #renderDenials(text: PrometheusText): void {
    const name = 'sallyport_denials_total'
    text.family(name, 'counter', 'Requests that did not get the answer of a service, by code.')
    for (let index = 0; index < codeCount; index++) {
      const value = this.#sum(this.#codes[index]!, (counters) => counters.code(index))
      if (value > 0) text.sample(name, value, { code: codeNames[index] ?? 'other' })
    }
  }

  #renderLatency(text: PrometheusText): void {
    const name = 'sallyport_request_duration_seconds'
    text.family(name, 'histogram', 'From the first byte of a request to the last byte of its answer.')
    let cumulative = 0
    for (let index = 0; index < latencyCount; index++) {
      cumulative += this.#sum(this.#latency[index]!, (counters) => counters.latency(index))
      text.sample(`${name}_bucket`, cumulative, { le: String(latencyBounds[index] ?? '+Inf') })
    }
    text.sample(
      `${name}_sum`,
      this.#sum(this.#latencySum, (counters) => counters.latencySum),
    )
    // Not a counter of its own: a data thread counts on while this is read, and the two have to agree.
    text.sample(`${name}_count`, cumulative)
  }

  #renderSinks(text: PrometheusText): void {
    const sinks = this.#sources.sinks()
    const each = (
      name: string,
      type: 'counter' | 'gauge',
      help: string,
      read: (stats: SinkStats) => number,
    ): void => {
      text.family(name, type, help)
      for (const stats of sinks) text.sample(name, read(stats), { sink: stats.sink })
    }
    each('sallyport_sink_written_total', 'counter', 'Records written to a sink.', (stats) => stats.written)
    each(
      'sallyport_sink_dropped_total',
      'counter',
      'Records a sink could not take.',
      (stats) => stats.dropped,
    )
    each('sallyport_sink_queued_bytes', 'gauge', 'Bytes waiting for a sink.', (stats) => stats.queuedBytes)
    each('sallyport_sink_healthy', 'gauge', '0 while a sink is in trouble.', (stats) =>
      stats.trouble === null ? 1 : 0,
    )
  }

  #renderControlPlane(text: PrometheusText): void {
    const reloads = 'sallyport_reloads_total'
    text.family(reloads, 'counter', 'Reloads of the configuration, by result.')
    for (const result of ['applied', 'refused'] as const)
      text.sample(reloads, this.#reloads[result], { result })
    text.single(
      'sallyport_configuration_generation',
      'gauge',
      'Number of the configuration that serves now.',
      this.#sources.generation(),
    )
    text.single(
      'sallyport_data_threads',
      'gauge',
      'Data threads that count now.',
      new Set([...this.#live].map((generation) => generation.thread)).size,
    )
    text.single(
      'sallyport_thread_restarts_total',
      'counter',
      'Data threads that were lost and replaced.',
      this.#threadRestarts,
    )
    text.single(
      'sallyport_admin_refusals_total',
      'counter',
      'Requests to the admin listener without the right token.',
      this.#adminRefusals,
    )
  }
}
