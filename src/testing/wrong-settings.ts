import assert from 'node:assert/strict'
import { z } from 'zod'
import type { Policy } from '../gateway/policy.ts'

type Node = z.core.JSONSchema.BaseSchema

/** Checks that every object of the schema is closed and every setting described. Returns the names of the settings. */
export function checkSchema(policy: Policy): readonly string[] {
  const names = new Set<string>()
  const walk = (node: z.core.JSONSchema._JSONSchema): void => {
    if (typeof node === 'boolean') return
    for (const branch of [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])]) walk(branch)
    if (node.type !== 'object') return
    // A map of free names has a schema for their values instead.
    assert.ok(node.additionalProperties !== undefined && node.additionalProperties !== true, 'strictObject')
    for (const [name, property] of Object.entries(node.properties ?? {})) {
      names.add(name)
      assert.ok(typeof property === 'object' && isDescribed(property), `${name} is described`)
      walk(property)
    }
  }
  walk(z.toJSONSchema(policy.config, { io: 'input', unrepresentable: 'any' }))
  return [...names]
}

function isDescribed(node: Node): boolean {
  return (node.description ?? '') !== ''
}

/** Variants of settings that no schema may accept: a key nobody knows, and each value with another type. */
export function* wrongSettings(settings: unknown): Generator<readonly [what: string, settings: unknown]> {
  yield ['a number', 0.5]
  yield ['nothing', null]
  if (!isObject(settings)) return
  yield ['an unknown key', { ...settings, 'unknown-key': true }]
  for (const [key, value] of Object.entries(settings)) {
    for (const wrong of [null, 0.5, { 'unknown-key': true }]) {
      yield [`${key} of a wrong type`, { ...settings, [key]: wrong }]
    }
    // A list of one is no value, and a value is no list of one.
    yield [`${key} as a list of lists`, { ...settings, [key]: [[value]] }]
    if (!isObject(value)) continue
    for (const [what, inner] of wrongSettings(value)) yield [`${key}: ${what}`, { ...settings, [key]: inner }]
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
