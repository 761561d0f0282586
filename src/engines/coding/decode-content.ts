import { brotliDecompressSync, constants, inflateSync, zstdDecompressSync } from 'node:zlib'
import { brotliWindow } from './brotli-window.ts'
import { gunzipOne } from './gunzip.ts'

/** Why a content could not be decoded. */
export type ContentFault = 'unknown' | 'too-large' | 'damaged'

/** More in sequence is no use to anybody but to who builds a bomb of bombs. */
const mostCodings = 2

type Decode = (bytes: Buffer, options: { maxOutputLength: number }) => Buffer

/** A decoder of Node's that tells how much it has read: what it left is no part of the content. */
function whole(
  inflate: (bytes: Buffer, options: { maxOutputLength: number; info: true }) => unknown,
): Decode {
  return (bytes, { maxOutputLength }) => {
    const { buffer, engine } = inflate(bytes, { maxOutputLength, info: true }) as {
      buffer: Buffer
      engine: { bytesWritten: number }
    }
    if (engine.bytesWritten !== bytes.length) throw new Error('something follows the compressed data')
    return buffer
  }
}

/** What encoders take by default. A larger window is taken in memory before anything comes out of it. */
const defaultBrotliWindow = 2 ** 22
const inflateBrotli = whole(brotliDecompressSync)

const brotli: Decode = (bytes, options) => {
  if (brotliWindow(bytes) > Math.max(defaultBrotliWindow, 2 * options.maxOutputLength))
    throw new Error('the window is larger than the content may be')
  return inflateBrotli(bytes, options)
}

/** RFC 9659: no content coding has a window of more than 8 MB. */
const zstdParams = { [constants.ZSTD_d_windowLogMax]: 23 }
const zstd: Decode = whole((bytes, options) => zstdDecompressSync(bytes, { ...options, params: zstdParams }))

const decoders: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['gzip', gunzipOne],
  ['x-gzip', gunzipOne],
  // RFC 9110 §8.4.1.2: the zlib format, not bare deflate, which some senders mean.
  ['deflate', whole(inflateSync)],
  ['br', brotli],
  ['zstd', zstd],
])

/**
 * Decodes a content by the value of `Content-Encoding` (RFC 9110 §8.4); '' for none. Decompression stops at `mostBytes`:
 * no more is ever held. What follows the compressed data, such as a second member of gzip, which some readers leave out,
 * is refused.
 */
export function decodeContent(bytes: Buffer, codings: string, mostBytes: number): Buffer | ContentFault {
  if (bytes.length > mostBytes) return 'too-large'
  const names = codings
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity')
  if (names.length > mostCodings) return 'unknown'
  let content = bytes
  for (const name of names.toReversed()) {
    const decoder = decoders.get(name)
    if (decoder === undefined) return 'unknown'
    const inflated = decode(content, decoder, mostBytes)
    if (typeof inflated === 'string') return inflated
    content = inflated
  }
  return content
}

function decode(bytes: Buffer, decoder: Decode, mostBytes: number): Buffer | ContentFault {
  try {
    return decoder(bytes, { maxOutputLength: mostBytes })
  } catch (error) {
    return error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
      ? 'too-large'
      : 'damaged'
  }
}
