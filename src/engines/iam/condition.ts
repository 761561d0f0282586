import { type ContextKey, contextKey } from './context-keys.ts'
import { fits, type Operator, readOperator, type ValueTest } from './operators.ts'
import type { Faults, PolicyNode } from './policy-node.ts'
import type { ReadVariable } from './template.ts'
import { readBool } from './typed-values.ts'

/** One line of a `Condition`: an operator, a key and the values. All lines of a statement must hold. */
export class Condition {
  readonly operator: Operator
  readonly key: ContextKey
  readonly #test: ValueTest

  constructor(operator: Operator, key: ContextKey, test: ValueTest) {
    this.operator = operator
    this.key = key
    this.#test = test
  }

  /** As IAM documents it for missing keys, negated operators and set qualifiers. */
  holds(valuesOf: (key: ContextKey) => readonly string[] | null, read: ReadVariable): boolean {
    const { negated, ifExists, set, comparison } = this.operator
    const values = valuesOf(this.key)
    if (comparison === null) return this.#test(String(values === null), read)
    if (values === null) return set === 'all' || (set === null && (negated || ifExists))
    const meets = (value: string): boolean => this.#test(value, read) !== negated
    // "A null data set, such as an empty string" is no value to `ForAllValues`.
    if (set === 'all') return values.every((value) => value === '' || meets(value))
    if (set === 'any') return values.some(meets)
    // A claim that is a list: it equals what any of its values equals, and differs from what all differ from.
    return negated ? values.every(meets) : values.some(meets)
  }
}

/** Reads the element `Condition`. */
export function readConditions(node: PolicyNode, variables: boolean, faults: Faults): readonly Condition[] {
  const conditions: Condition[] = []
  if (node.kind !== 'object') {
    faults.add(node, '`Condition` is not an object', 'Write `{ "operator": { "key": "value" } }`.')
    return conditions
  }
  for (const [name, keys] of node.members) {
    const operator = readOperator(name)
    if (typeof operator === 'string') {
      faults.add(keys, `the condition operator \`${name}\` is not supported`, operator)
      continue
    }
    if (keys.kind !== 'object') {
      faults.add(keys, `\`${name}\` names no keys`, 'Write `{ "key": "value" }` behind it.')
      continue
    }
    if (keys.members.size === 0)
      faults.add(keys, `\`${name}\` names no keys`, 'An empty condition holds always: remove it.')
    const seen = new Set<string>()
    for (const [keyName, values] of keys.members) {
      const lower = keyName.toLowerCase()
      if (seen.has(lower))
        faults.add(values, `\`${keyName}\` stands twice under \`${name}\``, 'Put the values into one list.')
      seen.add(lower)
      const condition = readCondition(operator, keyName, values, variables, faults)
      if (condition !== null) conditions.push(condition)
    }
  }
  return conditions
}

function readCondition(
  operator: Operator,
  keyName: string,
  node: PolicyNode,
  variables: boolean,
  faults: Faults,
): Condition | null {
  const refuse = (message: string, remedy: string): null => {
    faults.add(node, message, remedy)
    return null
  }
  const key = contextKey(keyName)
  if (typeof key === 'string') return refuse(`the condition key \`${keyName}\` is not supported`, key)
  if (!fits(operator, key))
    return refuse(
      `\`${operator.name}\` does not compare \`${key.name}\``,
      'Use an operator for the type of the key: they are in the table of keys on the page of `resource-policy`.',
    )
  if (key.several && operator.set === null && operator.comparison !== null)
    return refuse(
      `\`${key.name}\` may have several values`,
      `Write \`ForAnyValue:${operator.name}\` or \`ForAllValues:${operator.name}\`.`,
    )
  const values = textsOf(node)
  if (values === null || values.length === 0)
    return refuse(`\`${keyName}\` has no values to compare with`, 'Write a text, or a list of texts.')
  if (operator.comparison === null) {
    const wanted = values.map(readBool)
    if (wanted.includes(null))
      return refuse('`Null` compares with true or false', 'Write `"true"` or `"false"`.')
    return new Condition(operator, key, (isMissing) => wanted.includes(isMissing === 'true'))
  }
  const textual = operator.comparison.types.includes('string')
  if (variables && !textual && values.some((value) => value.includes('${')))
    return refuse(
      `\`${operator.name}\` takes no variables`,
      'Variables stand in `Resource`, and with operators for text and ARNs.',
    )
  const result = operator.comparison.read(values, variables)
  return result.ok ? new Condition(operator, key, result.test) : refuse(result.message, result.remedy)
}

/** Values may be written as JSON numbers and booleans too. */
function textsOf(node: PolicyNode): readonly string[] | null {
  const items = node.kind === 'array' ? node.items : [node]
  const texts: string[] = []
  for (const item of items) {
    if (item.kind !== 'scalar' || item.value === null) return null
    texts.push(String(item.value))
  }
  return texts
}
