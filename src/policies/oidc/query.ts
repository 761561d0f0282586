/** Parameters of a query or a form; null where one was sent twice, which readers would take in two ways. */
export function singleParameters(text: string): ReadonlyMap<string, string> | null {
  const parameters = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (parameters.has(name)) return null
    parameters.set(name, value)
  }
  return parameters
}
