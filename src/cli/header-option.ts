import { StartError } from '../process/start-error.ts'

/** A header as `-H` writes it. */
export function headerOf(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':')
  if (colon <= 0 || /[\r\n\0]/.test(line)) throw new StartError('Write a header as `Name: value`.')
  return [line.slice(0, colon), line.slice(colon + 1).trim()]
}
