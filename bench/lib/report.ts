import type { Summary } from './summary.ts'
import { renderTable } from './table.ts'

/** Prints the table of one comparison on standard error, and what to do where a gateway was not measured. */
export function reportSummaries(title: string, summaries: Iterable<readonly [string, Summary]>): void {
  const entries = [...summaries]
  const rows = entries.map(([name, summary]) => [
    name,
    String(summary.rps),
    summary.p50.toFixed(2),
    summary.p99.toFixed(2),
    summary.cpu.toFixed(1),
    summary.loadCpu.toFixed(1),
    summary.rss.toFixed(1),
    summary.measured ? `${summary.valid}` : 'no measurement',
  ])
  const head = [title, 'requests/s', 'p50 ms', 'p99 ms', 'core %', 'load %', 'memory MB', 'rounds']
  process.stderr.write(`\n${renderTable(head, rows)}\n`)
  if (entries.some(([, { measured }]) => !measured)) {
    process.stderr.write(
      'no measurement: core under 95 % busy, wrong answers, or records missing. Quieten the machine or raise --connections.\n',
    )
  }
}
