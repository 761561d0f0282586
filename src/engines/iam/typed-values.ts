const numberForm = /^[+-]?\d{1,30}(?:\.\d{1,30})?$/
const dateForm = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/

/** Remembers the last text: thousands of statements ask about the same value of one request. */
function rememberingLast(read: (text: string) => number): (text: string) => number {
  let last = ''
  let result = read(last)
  return (text) => {
    if (text !== last) {
      result = read(text)
      last = text
    }
    return result
  }
}

/** A decimal number; NaN for any other text. */
export const readNumber: (text: string) => number = rememberingLast((text) =>
  numberForm.test(text) ? Number(text) : Number.NaN,
)

/**
 * A time in milliseconds since 1970: a day or a time with its zone (the W3C profile of ISO 8601), or seconds since
 * 1970; NaN for any other text.
 */
export const readDate: (text: string) => number = rememberingLast((text) => {
  if (dateForm.test(text)) {
    // `Date` takes the 31st of a short month for the first of the next.
    const day = Date.parse(text.slice(0, 10))
    return Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== text.slice(0, 10)
      ? Number.NaN
      : Date.parse(text)
  }
  return readNumber(text) * 1000
})

/** Yes or no; null for any other text. */
export function readBool(text: string): boolean | null {
  const lower = text.toLowerCase()
  return lower === 'true' ? true : lower === 'false' ? false : null
}

const base64Form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Base64 (RFC 4648 §4) in the one form that its bytes have; null for any other text. */
export function canonicalBase64(text: string): string | null {
  if (text.length > 65_536 || !base64Form.test(text)) return null
  return Buffer.from(text, 'base64').toString('base64')
}
