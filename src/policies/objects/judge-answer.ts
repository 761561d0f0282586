import type { ClaimPath } from '../../engines/claims/claim-path.ts'
import type { JsonPath, JsonValue } from '../../engines/json/json.ts'
import { belongs, memberAt } from './belonging.ts'
import type { ReadyRule } from './rules.ts'
import { spelling } from './spelling.ts'

/** What a rule makes of an answer: parts to take out, or why it may not go. */
export type Judged = readonly JsonPath[] | 'not-owned' | 'unreadable'

/** Judges the body of an answer by one rule. */
export function judgeAnswer(
  { rule, at, list, fields }: ReadyRule,
  body: JsonValue,
  own: readonly string[],
): Judged {
  if (rule.answer !== undefined) return belongs(memberAt(body, at), own) ? [] : 'not-owned'
  if (list === null) return fieldsIn(body, fields, [])
  const items = memberAt(body, list)
  if (!Array.isArray(items)) return 'unreadable'
  const elements = [...(items as readonly JsonValue[]).entries()]
  if (rule.hide !== undefined) {
    const found: JsonPath[] = []
    const tree = treeOf(fields)
    for (const [index, item] of elements) collect(item, tree, [...list, index], found)
    return found
  }
  const others = elements.filter(([, item]) => !belongs(memberAt(item, at), own))
  if (others.length > 0 && rule.list?.others === 'refuse') return 'not-owned'
  return others.map(([index]) => [...list, index])
}

/** What to take out of an error: some services show the object in it. What is hidden has no other place to be judged. */
export function hiddenInError(rules: readonly ReadyRule[], body: JsonValue): readonly JsonPath[] {
  return rules.flatMap(({ rule, list, fields }) => {
    if (rule.hide === undefined) return []
    return list === null
      ? fieldsIn(body, fields, [])
      : fieldsIn(
          body,
          fields.map((field) => [...list, ...field]),
          [],
        )
  })
}

/** Where the fields are; in every spelling, since who reads the answer may not care. */
function fieldsIn(value: JsonValue, fields: readonly ClaimPath[], at: JsonPath): JsonPath[] {
  const found: JsonPath[] = []
  collect(value, treeOf(fields), at, found)
  return found
}

/** Fields by the spelling of their first name: each member of an answer is looked up once, however many there are. */
interface FieldTree {
  readonly next: Map<string, FieldTree>
  ends: boolean
}

function treeOf(fields: readonly ClaimPath[]): FieldTree {
  const root: FieldTree = { next: new Map(), ends: false }
  for (const field of fields) {
    let at = root
    for (const name of field) {
      const plain = spelling(name)
      const next = at.next.get(plain) ?? { next: new Map(), ends: false }
      at.next.set(plain, next)
      at = next
    }
    at.ends = true
  }
  return root
}

function collect(value: JsonValue, tree: FieldTree, at: JsonPath, found: JsonPath[]): void {
  if (tree.ends) found.push(at)
  else if (Array.isArray(value))
    for (const [index, item] of (value as readonly JsonValue[]).entries())
      collect(item, tree, [...at, index], found)
  else if (typeof value === 'object' && value !== null)
    for (const key of Object.keys(value)) {
      const next = tree.next.get(spelling(key))
      if (next !== undefined)
        collect((value as { readonly [name: string]: JsonValue })[key]!, next, [...at, key], found)
    }
}
