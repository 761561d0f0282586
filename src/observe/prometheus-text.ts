/** Content type of the Prometheus text exposition format. */
export const prometheusContentType = 'text/plain; version=0.0.4; charset=utf-8'

export type MetricType = 'counter' | 'gauge' | 'histogram'

/** Builds a page in the Prometheus text exposition format, version 0.0.4. */
export class PrometheusText {
  #text = ''

  /** Begins a metric; its samples follow. */
  family(name: string, type: MetricType, help: string): void {
    this.#text += `# HELP ${name} ${help.replace(/[\\\n]/g, escapeCharacter)}\n# TYPE ${name} ${type}\n`
  }

  sample(name: string, value: number, labels: Readonly<Record<string, string>> = {}): void {
    const pairs = Object.entries(labels).map(
      ([label, text]) => `${label}="${text.replace(/[\\"\n]/g, escapeCharacter)}"`,
    )
    this.#text += `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${number(value)}\n`
  }

  /** A metric with one sample. */
  single(name: string, type: MetricType, help: string, value: number): void {
    this.family(name, type, help)
    this.sample(name, value)
  }

  toString(): string {
    return this.#text
  }
}

function escapeCharacter(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`
}

function number(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
}
