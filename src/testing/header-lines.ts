import type { HeaderEdit } from '../gateway/policy.ts'
import type { CaseFields } from './policy-case.ts'

/** Header lines in memory: what policies may read and edit. */
export class HeaderLines implements HeaderEdit {
  readonly #lines = new Map<string, string[]>()

  constructor(fields: CaseFields) {
    for (const [name, value] of Object.entries(fields)) this.#lines.set(name, [value].flat())
  }

  get(name: string): string | undefined {
    return this.#lines.get(name)?.join(', ')
  }

  count(name: string): number {
    return this.#lines.get(name)?.length ?? 0
  }

  set(name: string, value: string): void {
    this.#lines.set(name, [value])
  }

  append(name: string, value: string): void {
    this.#lines.set(name, [...(this.#lines.get(name) ?? []), value])
  }

  remove(name: string): void {
    this.#lines.delete(name)
  }

  toJSON(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries(this.#lines)
  }
}
