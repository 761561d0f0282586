import { DerError, DerReader, tags } from './der-reader.ts'
import { readFlag, readOid } from './der-values.ts'

/** One extension (RFC 5280 §4.2), its value still to be read. */
export interface Extension {
  readonly id: string
  readonly critical: boolean
  readonly value: DerReader
}

/** The extensions of a list, in order. One that stands twice is refused: which of two counts would depend on who reads. */
export function* extensionsIn(list: DerReader): Generator<Extension> {
  const seen = new Set<string>()
  while (!list.done) {
    const extension = list.enter(tags.sequence)
    const id = readOid(extension)
    if (seen.has(id)) throw new DerError('it has an extension twice')
    seen.add(id)
    const critical = readFlag(extension)
    const value = new DerReader(extension.read(tags.octets))
    extension.finish()
    yield { id, critical, value }
  }
}
