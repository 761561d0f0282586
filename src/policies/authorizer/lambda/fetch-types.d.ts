/** The types of `aws4fetch` name these as browsers have them; Node's own types leave them out. */
type HeadersInit = import('undici').HeadersInit
type BodyInit = import('undici').BodyInit
