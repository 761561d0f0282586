/** A value of JSON. */
export type JsonValue = string | number | boolean | null | JsonObject | JsonArray
/** An object without prototype: `__proto__`, `constructor` and the like are names as any other. */
export type JsonObject = { readonly [name: string]: JsonValue }
/** An array of JSON values. */
export type JsonArray = readonly JsonValue[]
/** The way to a member or an element from the root: names and indices. */
export type JsonPath = readonly (string | number)[]
