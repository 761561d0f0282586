/**
 * Field lines of one message, in order, with lower-case names. Small lists: a linear search over interned strings
 * compares pointers and beats any map.
 */
export class Fields {
  readonly names: string[]
  readonly values: string[]
  /** Numbers of known names (`names.ts`), 0 for others. */
  readonly numbers: number[]

  constructor(names: string[] = [], values: string[] = [], numbers: number[] = []) {
    this.names = names
    this.values = values
    this.numbers = numbers
  }

  /** All values of a name joined by `, ` (RFC 9110 §5.3), or undefined. */
  get(name: string): string | undefined {
    const at = this.names.indexOf(name)
    if (at < 0) return undefined
    let value = this.values[at]!
    for (let next = this.names.indexOf(name, at + 1); next >= 0; next = this.names.indexOf(name, next + 1)) {
      value += `, ${this.values[next]!}`
    }
    return value
  }

  /** How many lines a name has. */
  lines(name: string): number {
    let lines = 0
    for (let at = this.names.indexOf(name); at >= 0; at = this.names.indexOf(name, at + 1)) lines++
    return lines
  }

  push(name: string, value: string, number = 0): void {
    this.names.push(name)
    this.values.push(value)
    this.numbers.push(number)
  }

  removeAt(index: number): void {
    // Not `splice`, which makes an array of what it removes, three times.
    const { names, values, numbers } = this
    const last = names.length - 1
    for (let at = index; at < last; at++) {
      names[at] = names[at + 1]!
      values[at] = values[at + 1]!
      numbers[at] = numbers[at + 1]!
    }
    names.length = last
    values.length = last
    numbers.length = last
  }

  remove(name: string): void {
    for (let at = this.names.indexOf(name); at >= 0; at = this.names.indexOf(name, at)) this.removeAt(at)
  }
}
