/**
 * What spellings of a name have in common for services that bind names whatever their letter case. Upper case first: it
 * takes `\u017f` for `s` and lower case the Kelvin sign for `k`, as Go's `encoding/json` does. `customer_id` and
 * `customerId` are one name to ProtoJSON, blanks and what has no width are nothing to others.
 */
export function spelling(name: string): string {
  return name
    .replace(/[_\-\s\p{Cf}]/gu, '')
    .toUpperCase()
    .toLowerCase()
}
