import { readdirSync, readFileSync } from 'node:fs'

/** Ticks a second in /proc/<pid>/stat: USER_HZ, which Linux keeps at 100 for programs on every architecture. */
const TICKS = 100

/** What a program and its descendants have used so far. */
export interface Usage {
  /** Processor time of all threads, in seconds. */
  readonly cpuSeconds: number
  /** Resident memory, summed over the processes, in megabytes (2^20). Pages they share count once for each. */
  readonly rssMb: number
}

/** Cores this process may run on: a container often has fewer than the machine. */
export function allowedCores(): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
  return list.split(',').flatMap((part) => {
    const [first, last] = part.split('-').map(Number)
    if (first === undefined || Number.isNaN(first)) return []
    return Array.from({ length: (last ?? first) - first + 1 }, (_, offset) => first + offset)
  })
}

/** Usage of a process and everything below it; zero when it has ended. */
export function usageOf(root: number): Usage {
  let ticks = 0
  let rssKb = 0
  for (const pid of descendants(root)) {
    const fields = statOf(pid)
    // utime and stime, fields 14 and 15 of proc_pid_stat(5); `fields` starts at field 3.
    if (fields !== null) ticks += Number(fields[11]) + Number(fields[12])
    rssKb += residentKb(pid)
  }
  return { cpuSeconds: ticks / TICKS, rssMb: rssKb / 1024 }
}

function descendants(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    const parent = Number(statOf(pid)?.[1])
    children.set(parent, [...(children.get(parent) ?? []), pid])
  }
  const found = [root]
  for (const pid of found) found.push(...(children.get(pid) ?? []))
  return found
}

/** Fields of /proc/<pid>/stat from the third on: the name before them may hold spaces and brackets. */
function statOf(pid: number): string[] | null {
  const text = readOrNull(`/proc/${pid}/stat`)
  return text === null ? null : text.slice(text.lastIndexOf(')') + 2).split(' ')
}

function residentKb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readOrNull(`/proc/${pid}/status`) ?? '')?.[1] ?? 0)
}

/** A process may end between being listed and being read. */
function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
