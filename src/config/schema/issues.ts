import type { z } from 'zod'
import { suggest } from '../nearest.ts'
import { keysAt } from './walk.ts'

type Issue = z.core.$ZodIssue

/** What a schema refused, in words. */
export interface Complaint {
  readonly path: readonly (string | number)[]
  /** Whether the key itself is wrong, and not its value. */
  readonly key: boolean
  readonly message: string
  readonly remedy: string
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  object: 'a map of keys',
  record: 'a map of names',
  array: 'a list',
}

function kindOf(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value === 'string') return 'text'
  return typeof value === 'number' ? 'a number' : '`true` or `false`'
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<PropertyKey, unknown>)[key]
  }
  return value
}

/** Says what a schema refused in terms of keys and values, with the nearest right word. */
export function complaintsOf(schema: z.ZodType, value: unknown, issues: readonly Issue[]): Complaint[] {
  return issues.flatMap((issue) => complain(schema, value, issue, issue.path))
}

function complain(schema: z.ZodType, root: unknown, issue: Issue, at: readonly PropertyKey[]): Complaint[] {
  const path = at as readonly (string | number)[]
  const value = valueAt(root, path)
  const one = (message: string, remedy: string, key = false): Complaint[] => [{ path, key, message, remedy }]
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysAt(schema, path)
      return issue.keys.map((name) => ({
        path: [...path, name],
        key: true,
        message: `unknown key \`${name}\``,
        remedy: suggest(name, known, 'key here'),
      }))
    }
    case 'invalid_type': {
      const expected = kinds[issue.expected] ?? issue.expected
      if (value === undefined)
        return one(`\`${String(path.at(-1) ?? '')}\` is missing`, `Write ${expected}.`, true)
      return one(`expected ${expected}, found ${kindOf(value)}`, `Write ${expected}.`)
    }
    case 'invalid_value': {
      const known = issue.values.map(String)
      if (value === undefined)
        return one(`\`${String(path.at(-1) ?? '')}\` is missing`, suggest('', known, 'word'), true)
      if (typeof value !== 'string')
        return one(`expected a word, found ${kindOf(value)}`, suggest('', known, 'word'))
      return one(`\`${value}\` is not one of the words known here`, suggest(value, known, 'word'))
    }
    case 'too_small':
      return one(...outOfRange(issue.origin, 'at least', Number(issue.minimum), issue.message))
    case 'too_big':
      return one(...outOfRange(issue.origin, 'at most', Number(issue.maximum), issue.message))
    case 'invalid_key':
      return issue.issues.flatMap((inner) => one(...split(inner.message), true))
    case 'invalid_union':
      return union(schema, root, issue, path)
    default:
      return one(...split(issue.message))
  }
}

function outOfRange(origin: string, bound: string, limit: number, message: string): [string, string] {
  // Messages of the schema's author say more than a number.
  if (!message.startsWith('Too ')) return split(message)
  if (origin === 'string')
    return [
      limit === 1 ? 'the text is empty' : 'the text has the wrong length',
      limit === 1 ? 'Write something.' : `Write ${bound} ${limit} characters.`,
    ]
  if (origin === 'array')
    return [
      limit === 1 ? 'the list is empty' : 'the list has the wrong length',
      limit === 1 ? 'Write at least one item.' : `Write ${bound} ${limit} items.`,
    ]
  return ['the number is out of range', `Write ${bound} ${limit}.`]
}

/** The branch that fits the kind of value that was written speaks for the union; if none does, all say what they expect. */
function union(
  schema: z.ZodType,
  root: unknown,
  issue: Issue & { code: 'invalid_union' },
  path: readonly (string | number)[],
): Complaint[] {
  const branches = issue.errors.filter((branch) => branch.length > 0)
  const fits = branches.filter(
    (branch) => !branch.some((inner) => inner.path.length === 0 && wrongKind(inner)),
  )
  const constant = sharedConstant(fits)
  if (constant !== null) return complain(schema, root, constant, [...path, ...constant.path])
  const best = closest(fits)
  if (best !== undefined)
    return best.flatMap((inner) => complain(schema, root, inner as Issue, [...path, ...inner.path]))
  const expected = new Set(
    branches.flat().flatMap((inner) => {
      if (inner.path.length > 0) return []
      if (inner.code === 'invalid_type') return [kinds[inner.expected] ?? inner.expected]
      return inner.code === 'invalid_value' ? inner.values.map((word) => `\`${String(word)}\``) : []
    }),
  )
  const value = valueAt(root, path)
  const words = [...expected].join(', or ')
  if (value === undefined)
    return [
      { path, key: true, message: `\`${String(path.at(-1) ?? '')}\` is missing`, remedy: `Write ${words}.` },
    ]
  return [
    { path, key: false, message: `expected ${words}, found ${kindOf(value)}`, remedy: `Write ${words}.` },
  ]
}

/** All branches want another word for the same key (`type`): one complaint that knows all of these words. */
function sharedConstant(branches: readonly Branch[]): (Issue & { code: 'invalid_value' }) | null {
  const wrong = branches.map((branch) =>
    branch.find((inner) => inner.code === 'invalid_value' && inner.path.length === 1),
  )
  const found = wrong.filter((inner) => inner !== undefined) as (Issue & { code: 'invalid_value' })[]
  const [first] = found
  if (first === undefined || found.length < branches.length) return null
  if (found.some((inner) => inner.path[0] !== first.path[0])) return null
  return { ...first, values: found.flatMap((inner) => inner.values) }
}

type Branch = readonly { readonly code: string; readonly path: readonly PropertyKey[] }[]

/** The branch with the fewest complaints; one whose constant (`type: stdout`) does not match comes last. */
function closest<B extends Branch>(branches: readonly B[]): B | undefined {
  const weight = (branch: B): number =>
    branch.reduce(
      (sum, inner) => sum + (inner.code === 'invalid_value' && inner.path.length === 1 ? 10 : 1),
      0,
    )
  return branches.toSorted((a, b) => weight(a) - weight(b))[0]
}

function wrongKind(issue: { readonly code: string }): boolean {
  return issue.code === 'invalid_type' || issue.code === 'invalid_value'
}

/** Message and remedy of a schema's author: two lines, or one that says what to write. */
function split(text: string): [string, string] {
  const [message, remedy] = text.split('\n', 2) as [string, string?]
  if (remedy !== undefined) return [message, remedy]
  if (/^write /i.test(message))
    return ['the value is not accepted', `${message[0]!.toUpperCase()}${message.slice(1)}.`]
  return [message, 'Correct the value.']
}
