import { type ELDHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import type { PrometheusText } from './prometheus-text.ts'

/** Memory and processor time of the process, and how late the control plane's event loop was. */
export class ProcessMetrics {
  readonly #version: string
  readonly #delay: ELDHistogram = monitorEventLoopDelay({ resolution: 20 })

  constructor(version: string) {
    this.#version = version
    this.#delay.enable()
  }

  render(text: PrometheusText): void {
    text.family('sallyport_build_info', 'gauge', 'Always 1; what runs stands in the labels.')
    text.sample('sallyport_build_info', 1, { version: this.#version, node: process.versions.node })
    text.single(
      'process_start_time_seconds',
      'gauge',
      'Start of the process, in seconds since 1970.',
      Math.round(Date.now() / 1000 - process.uptime()),
    )
    const { user, system } = process.cpuUsage()
    text.single(
      'process_cpu_seconds_total',
      'counter',
      'Processor time of all threads.',
      (user + system) / 1e6,
    )
    text.single(
      'process_resident_memory_bytes',
      'gauge',
      'Resident memory of the process.',
      process.memoryUsage.rss(),
    )
    const name = 'sallyport_control_loop_delay_seconds'
    text.family(name, 'gauge', 'Delay of the event loop of the control plane since the last scrape.')
    text.sample(name, this.#delay.percentile(50) / 1e9, { quantile: '0.5' })
    text.sample(name, this.#delay.percentile(99) / 1e9, { quantile: '0.99' })
    text.sample(name, this.#delay.max / 1e9, { quantile: '1' })
    this.#delay.reset()
  }

  close(): void {
    this.#delay.disable()
  }
}
