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
  if (rule.hide !== undefined)
    return elements.flatMap(([index, item]) => fieldsIn(item, fields, [...list, index]))
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

/** Where the fields are; in every letter case, since who reads the answer may not care. */
function fieldsIn(value: JsonValue, fields: readonly ClaimPath[], at: JsonPath): JsonPath[] {
  return fields.flatMap((field) => spellings(value, field, at))
}

function spellings(value: JsonValue, [name, ...rest]: ClaimPath, at: JsonPath): JsonPath[] {
  if (name === undefined) return [at]
  if (Array.isArray(value))
    return (value as readonly JsonValue[]).flatMap((item, index) =>
      spellings(item, [name, ...rest], [...at, index]),
    )
  if (typeof value !== 'object' || value === null) return []
  const plain = spelling(name)
  return Object.entries(value).flatMap(([key, inner]) =>
    spelling(key) === plain ? spellings(inner as JsonValue, rest, [...at, key]) : [],
  )
}
