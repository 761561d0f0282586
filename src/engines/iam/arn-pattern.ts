import { type ReadVariable, readTemplate, type Template } from './template.ts'

/** Parts of an ARN: `arn`, partition, service, region, account and the resource, which may have colons itself. */
const partsOfArn = 6

/** The parts of an ARN; null for a text that is none. */
export function arnParts(text: string): readonly string[] | null {
  const parts: string[] = []
  let from = 0
  for (let i = 0; i < partsOfArn - 1; i++) {
    const colon = text.indexOf(':', from)
    if (colon < 0) return null
    parts.push(text.slice(from, colon))
    from = colon + 1
  }
  parts.push(text.slice(from))
  return parts[0] === 'arn' ? parts : null
}

/** Whether a value of a request is no ARN, and so meets no pattern. */
export const nullArnValue = (text: string): boolean => arnParts(text) === null

/** A pattern for ARNs: its parts are compared one by one, so that a `*` never reaches over a colon. */
export class ArnPattern {
  readonly parts: readonly Template[]

  constructor(parts: readonly Template[]) {
    this.parts = parts
  }

  test(text: string, read: ReadVariable): boolean {
    const values = arnParts(text)
    return values !== null && this.parts.every((part, index) => part.test(values[index]!, read))
  }
}

/** A pattern that was read, or what is wrong with it. */
export type ArnPatternResult =
  | { readonly ok: true; readonly pattern: ArnPattern }
  | { readonly ok: false; readonly message: string; readonly remedy: string }

/** Reads the pattern of `ArnEquals` and `ArnLike`. */
export function readArnPattern(text: string, variables: boolean): ArnPatternResult {
  const read = readTemplate(text, { variables, wildcards: true })
  if (!read.ok) return read
  const parts = read.template.split(':', partsOfArn)
  if (parts.length !== partsOfArn || !['arn', ''].includes(parts[0]!.literalPrefix))
    return {
      ok: false,
      message: `\`${text}\` is not an ARN of six parts`,
      remedy: 'Write all parts, such as `arn:aws:iam::111111111111:user/*`.',
    }
  return { ok: true, pattern: new ArnPattern(parts) }
}
