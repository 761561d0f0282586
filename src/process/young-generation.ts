import { setFlagsFromString } from 'node:v8'

/**
 * Keeps the space for young objects at its first size. What a start makes lives until the start is over; V8 would take
 * that for a reason to double the space again and again, and would keep it: 20 MB that an idle gateway never uses.
 */
export function holdYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

/** From here on it grows as V8 sees fit: under load, a larger space is collected less often. */
export function releaseYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=2')
}
