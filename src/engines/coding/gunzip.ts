import { crc32, inflateRawSync } from 'node:zlib'

const hasExtra = 4
const hasName = 8
const hasComment = 16
const hasHeaderCheck = 2
const reservedFlags = 0xe0

/** Where the compressed data begins after a gzip header (RFC 1952 §2.3), or -1. */
function dataAfterHeader(bytes: Buffer): number {
  if (bytes.length < 18 || bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8) return -1
  const flags = bytes[3]!
  if ((flags & reservedFlags) !== 0) return -1
  let at = 10
  if ((flags & hasExtra) !== 0) at += 2 + bytes.readUInt16LE(at)
  for (const flag of [hasName, hasComment]) {
    if ((flags & flag) === 0) continue
    const end = bytes.indexOf(0, at)
    if (end < 0) return -1
    at = end + 1
  }
  if ((flags & hasHeaderCheck) !== 0) at += 2
  return at + 8 <= bytes.length ? at : -1
}

/**
 * Decodes exactly one member of gzip. Node's own goes on with further members, other readers stop after the first: two
 * readings, so that anything after it is damage here. Throws where it is damaged or larger than `maxOutputLength`.
 */
export function gunzipOne(bytes: Buffer, { maxOutputLength }: { maxOutputLength: number }): Buffer {
  const at = dataAfterHeader(bytes)
  if (at < 0) throw new Error('no gzip header')
  // The types of Node leave out what `info` changes of the result.
  const { buffer, engine } = inflateRawSync(bytes.subarray(at), {
    maxOutputLength,
    info: true,
  }) as unknown as {
    buffer: Buffer
    engine: { bytesWritten: number }
  }
  const end = at + engine.bytesWritten
  const isWhole = end + 8 === bytes.length && bytes.readUInt32LE(end) === crc32(buffer)
  if (!isWhole || bytes.readUInt32LE(end + 4) !== buffer.length % 2 ** 32)
    throw new Error('not one whole member')
  return buffer
}
