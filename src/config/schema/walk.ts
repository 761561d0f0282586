import type { z } from 'zod'

/** The parts of a zod schema that are read here; the same in every kind of schema. */
interface Definition {
  readonly type: string
  readonly shape?: Readonly<Record<string, z.ZodType>>
  readonly catchall?: z.ZodType
  readonly valueType?: z.ZodType
  readonly element?: z.ZodType
  readonly innerType?: z.ZodType
  readonly in?: z.ZodType
  readonly options?: readonly z.ZodType[]
}

/** What a schema is made of. */
export function definitionOf(schema: z.ZodType): Definition {
  // The library types the definition of each kind of schema apart; a walk over all kinds reads what they share.
  return schema.def as unknown as Definition
}

/** The schemas a value may follow: wrappers (optional, default, transform) and unions taken off. */
export function alternativesOf(schema: z.ZodType): readonly z.ZodType[] {
  const definition = definitionOf(schema)
  if (definition.innerType !== undefined) return alternativesOf(definition.innerType)
  if (definition.type === 'pipe' && definition.in !== undefined) return alternativesOf(definition.in)
  if (definition.options !== undefined) return definition.options.flatMap(alternativesOf)
  return [schema]
}

/** The schemas that hold at a path inside a schema. */
export function schemasAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly z.ZodType[] {
  let here = alternativesOf(schema)
  for (const key of path) {
    here = here.flatMap((one) => {
      const definition = definitionOf(one)
      const next =
        definition.shape?.[String(key)] ?? definition.valueType ?? definition.element ?? definition.catchall
      return next === undefined ? [] : alternativesOf(next)
    })
  }
  return here
}

/** Keys of the maps that may stand at a path. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  return [...new Set(schemasAt(schema, path).flatMap((one) => Object.keys(definitionOf(one).shape ?? {})))]
}
