/**
 * The phases of a request, in the one order there is. Nothing else decides order: no priority numbers, no
 * position in a file. Each line says why it stands where it stands.
 */
export const phases = [
  'screen', // cheap and anonymous: who may knock at all. Costs no cryptography and no look-up
  'preflight', // after screen, so that a refused address gets no CORS answer; before credentials, which a preflight never has
  'authenticate', // who is calling. First pass or deny ends it: a bad credential never falls through to a weaker kind
  'authorize', // what a proven caller may do, on the final path. Headers only: no body is read for whom it refuses
  'authorize-object', // whose the object is: after the body, which is read, decoded and parsed once for who is let so far
  'prepare', // changes of the request on its way to the upstream: after every decision, so that none is taken on changed data
] as const

/** Phases of the answer, in order. */
export const responsePhases = [
  'authorize-answer', // whose the object is, where only the answer tells: before any of it has left
  'respond', // changes of the answer on its way to the client
] as const

export type Phase = (typeof phases)[number]
export type ResponsePhase = (typeof responsePhases)[number]
