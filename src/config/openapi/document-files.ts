import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { DocumentError } from './document-error.ts'
import { parseSourceFile, type SourceFile } from './source-file.ts'

/** All files of one document together, in bytes. The largest public document has 47 MB; most are under 1 MB. */
const MAX_BYTES = 64 * 1024 * 1024

/** Files of one document. */
const MAX_FILES = 1000

/** Why a file a document refers to is not read. */
export class FileRefused extends Error {
  readonly remedy: string

  constructor(message: string, remedy: string) {
    super(message)
    this.remedy = remedy
  }
}

/**
 * Reads the files of one document: itself, and those below its own folder that it refers to. A document may come
 * from somebody else, so what it names is confined: no absolute path, no way out by `..` or a symbolic link, no
 * devices or pipes, nothing over the network, and bounded in number and size.
 */
export class DocumentFiles {
  readonly #root: string
  readonly #folder: string
  readonly #parsed = new Map<string, SourceFile>()
  #bytes = 0

  /** `document` is an absolute path that exists. */
  constructor(document: string) {
    this.#root = realpathSync(document)
    this.#folder = dirname(this.#root)
  }

  /** The document itself. Throws `FileRefused` or `DocumentError`. */
  root(): SourceFile {
    return this.#load(this.#root)
  }

  /** The file that `reference` (a `$ref` without its fragment) names in `from`. Throws as `root` does. */
  referred(from: string, reference: string): SourceFile {
    const path = resolve(dirname(from), relativePath(reference))
    // Before anything is touched: a refusal must not tell whether a file outside exists.
    if (!this.#isInside(path)) throw escapes(reference)
    let real: string
    try {
      real = realpathSync(path)
    } catch {
      throw new FileRefused(
        `\`${reference}\` does not exist.`,
        'Write the path relative to the file that refers to it.',
      )
    }
    if (!this.#isInside(real)) throw escapes(reference)
    return this.#load(real)
  }

  /** All files read so far. */
  parsed(): readonly SourceFile[] {
    return [...this.#parsed.values()]
  }

  #isInside(path: string): boolean {
    return path.startsWith(this.#folder.endsWith(sep) ? this.#folder : this.#folder + sep)
  }

  #load(path: string): SourceFile {
    const known = this.#parsed.get(path)
    if (known !== undefined) return known
    if (this.#parsed.size >= MAX_FILES) {
      throw new FileRefused(
        `The document refers to more than ${MAX_FILES} files.`,
        'Bundle it into fewer files.',
      )
    }
    const bytes = readBounded(path, MAX_BYTES - this.#bytes)
    this.#bytes += bytes.length
    const file = parseSourceFile(path, decode(path, bytes))
    this.#parsed.set(path, file)
    return file
  }
}

/** The path part of a URI reference, decoded once; refuses everything that is not a plain relative path. */
function relativePath(reference: string): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(reference) || reference.startsWith('//')) {
    throw new FileRefused(
      `\`${reference}\` is an address. References are never fetched.`,
      'Download the file into the folder of the document and refer to it by relative path.',
    )
  }
  let path: string
  try {
    path = decodeURIComponent(reference)
  } catch {
    throw new FileRefused(
      `\`${reference}\` has a broken percent encoding.`,
      'Write `%25` for a percent sign.',
    )
  }
  if (path.startsWith('/') || path.includes('\\') || path.includes('\0')) {
    throw new FileRefused(
      `\`${reference}\` is not a relative path.`,
      'Refer to files below the folder of the document, like `./paths/orders.yaml`.',
    )
  }
  return join('.', path)
}

function escapes(reference: string): FileRefused {
  return new FileRefused(
    `\`${reference}\` leads out of the folder of the document.`,
    'Move the file below that folder; symbolic links count as what they point to.',
  )
}

function readBounded(path: string, limit: number): Buffer {
  // O_NONBLOCK: opening a pipe must not wait for a writer. O_NOFOLLOW: the real path was checked, not a later link.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile())
      throw new FileRefused(`\`${path}\` is not a regular file.`, 'Name a JSON or YAML file.')
    if (stat.size > limit) {
      throw new FileRefused(
        `The files of the document are larger than ${MAX_BYTES / 1024 / 1024} MB together.`,
        'Split the document into several APIs, or leave its examples out.',
      )
    }
    const buffer = Buffer.allocUnsafe(stat.size)
    let length = 0
    while (length < buffer.length) {
      const read = readSync(fd, buffer, length, buffer.length - length, null)
      if (read === 0) break
      length += read
    }
    return buffer.subarray(0, length)
  } finally {
    closeSync(fd)
  }
}

function decode(file: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new DocumentError([
      {
        source: { file, line: 1, column: 1 },
        message: 'The file is not UTF-8.',
        remedy: 'Save it as UTF-8.',
      },
    ])
  }
}
