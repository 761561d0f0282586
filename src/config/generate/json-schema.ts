import type { Policy } from '../../gateway/policy.ts'
import { configurationNode, fill, type SchemaNode } from './schema-node.ts'

/** What an editor lets pass: a reference stands in any value, also where a number is asked for. */
const reference = { type: 'string', pattern: '\\$\\{(env|file):[^}]+\\}' } as const

/** JSON Schema (draft 2020-12) of a configuration, for editors. The gateway itself checks more. */
export function configurationJsonSchema(policies: readonly Policy[]): object {
  const schema = fill(configurationNode(policies), (node) => {
    const { unit: _unit, fallback: _fallback, policy: _policy, identities: _identities, ...plain } = node
    return referable(plain)
  })
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Sallyport configuration',
    ...schema,
  }
}

/** Values that are no plain text may be references too. */
function referable(node: SchemaNode): SchemaNode {
  const { description, default: fallback, ...rest } = node
  const scalar =
    ['number', 'integer', 'boolean'].includes(node.type ?? '') ||
    (node.type === 'string' && node.pattern !== undefined)
  if (!scalar) return node
  return {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
    anyOf: [rest, reference],
  }
}
