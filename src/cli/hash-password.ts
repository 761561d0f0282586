import type { Readable } from 'node:stream'
import { hashPassword } from '../engines/passwords/password-hash.ts'
import type { Output } from './output.ts'

/** Longest password, in bytes: what the `basic` identity reads. */
const longest = 700
/** Shorter ones are hashed and warned about (NIST SP 800-63B §5.1.1.2). */
const shortAdvised = 8

/**
 * Prints the hash of a password, for a `basic` identity. It is read from standard input, since what stands on a command
 * line is seen by every user of the machine and kept in the shell's history.
 */
export async function runHashPassword(input: Readable, { stdout, stderr }: Output): Promise<number> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of input as AsyncIterable<Buffer>) {
    bytes += chunk.length
    chunks.push(chunk)
    if (bytes > longest || chunk.includes(10)) break
  }
  const [line = ''] = Buffer.concat(chunks).toString('utf8').split(/\r?\n/, 1)
  if (line === '' || Buffer.byteLength(line) > longest || /\p{Cc}|\ufffd/u.test(line)) {
    stderr(
      `Give a password of 1 to ${longest} bytes on standard input, in UTF-8 and without control characters.\n`,
    )
    return 2
  }
  if (line.length < shortAdvised)
    stderr(
      `The password is short: whoever gets hold of the hash tries all of fewer than ${shortAdvised} characters.\n`,
    )
  stdout(`${await hashPassword(line)}\n`)
  return 0
}
