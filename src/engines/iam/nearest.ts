import { Condition } from './condition.ts'
import { type Asked, type Misfit, misfits, type Statement } from './statement.ts'

/** A statement that does not apply, and why. */
export interface NearMiss {
  readonly statement: Statement
  readonly lacks: readonly string[]
}

/** The statement that allows with the fewest elements that do not fit; null where none allows anything. */
export function nearestAllowance(statements: readonly Statement[], asked: Asked): NearMiss | null {
  let nearest: { statement: Statement; lacks: readonly Misfit[] } | null = null
  for (const statement of statements) {
    if (statement.effect !== 'Allow') continue
    const lacks = misfits(statement, asked)
    if (lacks.length > 0 && lacks.length < (nearest?.lacks.length ?? Number.POSITIVE_INFINITY))
      nearest = { statement, lacks }
  }
  return nearest === null
    ? null
    : { statement: nearest.statement, lacks: nearest.lacks.map((misfit) => misfitText(misfit, asked)) }
}

/** In words: `the caller`, or the condition with whether its key is missing. */
export function misfitText(misfit: Misfit, { values }: Asked): string {
  if (misfit instanceof Condition) {
    const missing = values(misfit.key) === null ? ' (the request does not have it)' : ''
    return `${misfit.operator.name} ${misfit.key.name}${missing}`
  }
  return misfit === 'principal' ? 'the caller' : `the ${misfit}`
}

/** Names of keys that conditions of these statements ask for and the request does not have, where all else fits. */
export function missingKeys(statements: readonly Statement[], asked: Asked): readonly string[] {
  const names = statements.flatMap((statement) => {
    if (misfits({ ...statement, conditions: [] }, asked).length > 0) return []
    return statement.conditions.flatMap(({ key }) => (asked.values(key) === null ? [key.name] : []))
  })
  return [...new Set(names)]
}
