import { z } from 'zod'
import type { Policy } from '../../gateway/policy.ts'
import { configurationSchema } from '../schema/configuration.ts'

/** A JSON Schema of draft 2020-12, as far as it is read here, with the notes that our schemas carry. */
export interface SchemaNode {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly additionalProperties?: SchemaNode | boolean
  readonly required?: readonly string[]
  readonly items?: SchemaNode
  readonly anyOf?: readonly SchemaNode[]
  readonly pattern?: string
  /** Note: what is written, such as `time`. */
  readonly unit?: string
  /** Note: what holds when nothing is said and the default is no constant. */
  readonly fallback?: string
  /** Note: the block of this policy. */
  readonly policy?: string
  /** Note: the section whose entries follow the policy that their `type` names. */
  readonly identities?: boolean
}

const mode: SchemaNode = {
  type: 'string',
  enum: ['enforce', 'observe'],
  default: 'enforce',
  description: '`observe` records what the policy would have decided, and does not enforce it.',
}

/** The schema of a whole configuration with the block of every policy in its place, notes included. */
export function configurationNode(policies: readonly Policy[]): SchemaNode {
  const blocks = new Map(policies.map((policy) => [policy.name, nodeOf(policy.config)]))
  const identities = policies.filter(({ place }) => place === 'identity')
  return fill(nodeOf(configurationSchema(policies)), (node) => {
    if (node.policy !== undefined)
      return { description: node.description ?? '', ...withMode(blocks.get(node.policy)!) }
    if (node.identities !== true) return node
    const anyOf = identities.map((policy) => withType(blocks.get(policy.name)!, policy.name))
    return { ...node, additionalProperties: { anyOf } }
  })
}

function nodeOf(schema: z.ZodType): SchemaNode {
  const { $schema: _, ...node } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return node as SchemaNode
}

/** Replaces nodes, the inner ones first. */
export function fill(node: SchemaNode, replace: (node: SchemaNode) => SchemaNode): SchemaNode {
  const { properties, additionalProperties, items, anyOf, ...rest } = node
  const inner = (one: SchemaNode): SchemaNode => fill(one, replace)
  return replace({
    ...rest,
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, inner(one)])),
        }),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties:
            typeof additionalProperties === 'boolean' ? additionalProperties : inner(additionalProperties),
        }),
    ...(items === undefined ? {} : { items: inner(items) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(inner) }),
  })
}

function withMode(node: SchemaNode): SchemaNode {
  if (node.anyOf !== undefined) return { ...node, anyOf: node.anyOf.map(withMode) }
  return node.properties === undefined ? node : { ...node, properties: { ...node.properties, mode } }
}

function withType(node: SchemaNode, type: string): SchemaNode {
  return {
    ...node,
    properties: { type: { const: type, description: 'Kind of credential.' }, ...node.properties },
    required: ['type', ...(node.required ?? [])],
  }
}
