import type { Fields } from '../engines/http1/fields.ts'
import { numberOf } from '../engines/http1/names.ts'
import type { HeaderEdit } from './policy.ts'

/** A visible-ASCII field value: no CR, LF, NUL or other control character can split a message (T26, T27). */
function checked(value: string): string {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if ((code < 0x20 && code !== 9) || code === 0x7f || code > 0xff)
      throw new Error('a header value has a forbidden character')
  }
  return value
}

/** What policies may do to a list of header fields. */
export class FieldEdit implements HeaderEdit {
  readonly #fields: Fields

  constructor(fields: Fields) {
    this.#fields = fields
  }

  get(name: string): string | undefined {
    return this.#fields.get(name)
  }

  set(name: string, value: string): void {
    const at = this.#fields.names.indexOf(name)
    if (at < 0) return this.append(name, value)
    this.#fields.values[at] = checked(value)
    for (
      let next = this.#fields.names.indexOf(name, at + 1);
      next >= 0;
      next = this.#fields.names.indexOf(name, next)
    ) {
      this.#fields.removeAt(next)
    }
  }

  append(name: string, value: string): void {
    this.#fields.push(name, checked(value), numberOf(name))
  }

  remove(name: string): void {
    this.#fields.remove(name)
  }
}
