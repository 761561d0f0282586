import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'

/** Largest file that a `${file:…}` reference reads. */
const largestFile = 1024 * 1024

/** What a reference looks like, for messages. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: this is what users write
const form: string = 'Write `${env:NAME}` or `${file:PATH}`; `$${` for a literal `${`.'

/** A reference that could not be resolved: message and remedy. */
export class UnresolvedReference extends Error {
  readonly remedy: string

  constructor(message: string, remedy: string) {
    super(message)
    this.remedy = remedy
  }
}

/**
 * Resolves `${env:NAME}` and `${file:PATH}` in the scalars of one configuration. There is no fallback: what is
 * missing is a problem, since a gateway that starts with an empty secret is open.
 */
export class References {
  /** Every value that came from a reference: kept out of all output. */
  readonly secrets: Set<string> = new Set()
  readonly #env: NodeJS.ProcessEnv

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env
  }

  /** Text with its references resolved. `folder` is where relative files start. */
  resolve(text: string, folder: string): { readonly text: string; readonly referenced: boolean } {
    let out = ''
    let rest = 0
    let referenced = false
    for (;;) {
      const dollar = text.indexOf('$', rest)
      if (dollar < 0) break
      if (text.startsWith('$${', dollar)) {
        out += `${text.slice(rest, dollar)}\${`
        rest = dollar + 3
      } else if (text.startsWith('${', dollar)) {
        const end = text.indexOf('}', dollar)
        if (end < 0) throw new UnresolvedReference('a reference is not closed', form)
        const value = this.#lookUp(text.slice(dollar + 2, end), folder)
        this.secrets.add(value)
        out += text.slice(rest, dollar) + value
        rest = end + 1
        referenced = true
      } else {
        out += text.slice(rest, dollar + 1)
        rest = dollar + 1
      }
    }
    return { text: out + text.slice(rest), referenced }
  }

  #lookUp(reference: string, folder: string): string {
    if (reference.startsWith('env:')) return this.#variable(reference.slice(4))
    if (reference.startsWith('file:'))
      return readSecretFile(resolve(folder, reference.slice(5)), reference.slice(5))
    throw new UnresolvedReference(`\`\${${reference}}\` is no reference`, form)
  }

  #variable(name: string): string {
    const value = this.#env[name]
    if (value === undefined)
      throw new UnresolvedReference(
        `the environment variable ${name} is not set`,
        `Set ${name} in the environment of the gateway.`,
      )
    if (value === '')
      throw new UnresolvedReference(
        `the environment variable ${name} is empty`,
        `Give ${name} a value, or remove the reference.`,
      )
    return value
  }
}

function readSecretFile(path: string, written: string): string {
  let content: string
  try {
    const { size } = statSync(path)
    if (size > largestFile)
      throw new UnresolvedReference(
        `the file ${written} has ${size} bytes`,
        'A referenced file has at most 1 MB.',
      )
    content = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof UnresolvedReference) throw error
    const code = (error as NodeJS.ErrnoException).code ?? 'error'
    throw new UnresolvedReference(
      `the file ${written} cannot be read (${code})`,
      `Put a readable file at ${path}.`,
    )
  }
  const value = content.endsWith('\r\n')
    ? content.slice(0, -2)
    : content.endsWith('\n')
      ? content.slice(0, -1)
      : content
  if (value === '')
    throw new UnresolvedReference(`the file ${written} is empty`, 'Give it content, or remove the reference.')
  return value
}
