import type { KeyedHash } from '../keyed-hash.ts'
import { type AuditEntry, type ChainEnd, isBegun, readLine } from './audit-entry.ts'
import type { AuditLine } from './audit-lines.ts'

/** What a check of the audit log found. */
export interface AuditVerdict {
  readonly ok: boolean
  /** Entries that were checked, up to the first bad line. */
  readonly entries: number
  /** Number of the first bad line, from 1; null when all is well. */
  readonly line: number | null
  /** What is wrong there, in words; null when all is well. */
  readonly problem: string | null
  /** Entries whose change was never carried out, because the process died before it acknowledged it. */
  readonly undone: number
}

/** Checks lines against the end of the chain that the store keeps. */
export function verifyAudit(lines: Iterable<AuditLine>, end: ChainEnd, macOf: KeyedHash): AuditVerdict {
  const chain = new Chain(end)
  let number = 0
  for (const line of lines) {
    number = line.number
    const problem = chain.take(line, macOf)
    if (problem !== null) return chain.verdict(number, problem)
  }
  const problem = chain.finish()
  return chain.verdict(problem === null ? null : number + 1, problem)
}

class Chain {
  readonly #end: ChainEnd
  #last: ChainEnd = { sequence: 0, hash: '' }
  #undone = 0
  #wasOrdinary = false
  /** Of two changes that follow each other, the later one. A process that dies leaves one behind, never two. */
  #pairEnd = 0

  constructor(end: ChainEnd) {
    this.#end = end
  }

  take({ text, whole }: AuditLine, macOf: KeyedHash): string | null {
    if (!whole) return this.#torn(text)
    const entry = readLine(text, macOf)
    if (entry === null) return 'the line was changed, or the gateway did not write it'
    return this.#follows(entry) ?? this.#consistent(entry)
  }

  finish(): string | null {
    const { sequence } = this.#last
    if (sequence < this.#end.sequence)
      return `the file ends too early: ${missing(sequence + 1, this.#end.sequence)}`
    this.#undone += sequence - this.#end.sequence
    return this.#pairEnd > this.#end.sequence + 1 ? wentBack(this.#end.sequence + 1, sequence) : null
  }

  verdict(line: number | null, problem: string | null): AuditVerdict {
    const entries = this.#last.sequence
    return { ok: problem === null, entries, line, problem, undone: problem === null ? this.#undone : 0 }
  }

  #follows(entry: AuditEntry): string | null {
    const expected = this.#last.sequence + 1
    if (entry.seq > expected) return `${missing(expected, entry.seq - 1)} before this one`
    if (entry.seq < expected) return `entry ${entry.seq} stands here out of its order, or once more`
    if (entry.prev !== this.#last.hash) return 'the line does not continue the one before: one was exchanged'
    if (entry.seq === this.#end.sequence && entry.mac !== this.#end.hash)
      return 'the store knows another entry of this number: the file or the store was exchanged'
    return null
  }

  #consistent({ seq, mac, action, detail }: AuditEntry): string | null {
    this.#last = { sequence: seq, hash: mac }
    const isOrdinary = action !== 'audit.recovered' && action !== 'audit.damaged'
    const from = Number(detail['undoneFrom'] ?? 0)
    if (action === 'audit.recovered' && from > 0) {
      if (seq <= this.#end.sequence) this.#undone += seq - from
      if (this.#pairEnd > from) return wentBack(from, seq - 1)
    }
    if (isOrdinary && this.#wasOrdinary) this.#pairEnd = seq
    this.#wasOrdinary = isOrdinary
    return null
  }

  /** A write that was cut off is no tampering; the next entry will say so. */
  #torn(text: string): string | null {
    return isBegun(text, this.#last.sequence + 1) && this.#last.sequence >= this.#end.sequence
      ? null
      : 'the line is cut off, or the gateway did not write it'
  }
}

function wentBack(from: number, to: number): string {
  return `the store went back to what it was before ${named(from, to)}`
}

function missing(from: number, to: number): string {
  return `${named(from, to)} ${from === to ? 'is' : 'are'} missing`
}

function named(from: number, to: number): string {
  return from === to ? `entry ${from}` : `entries ${from} to ${to}`
}
