/**
 * What spellings of a name have in common for services that bind names whatever their letter case. Upper case first: it
 * takes `\u017f` for `s` and lower case the Kelvin sign for `k`, as Go's `encoding/json` does.
 */
export function spelling(name: string): string {
  return name.toUpperCase().toLowerCase()
}
