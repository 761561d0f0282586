import { chunkCases } from './chunks.ts'
import { compliantCases } from './compliant.ts'
import { fieldCases } from './fields.ts'
import { framingCases } from './framing.ts'
import { hostCases } from './hosts.ts'
import { meaningCases } from './meaning.ts'
import { requestLineCases } from './request-line.ts'
import { targetCases } from './targets.ts'
import type { WireCase } from './wire-case.ts'

/** The battery of suite S1: malformed and ambiguous requests, and the well-formed ones that must pass beside them. */
export const battery: readonly WireCase[] = [
  ...requestLineCases,
  ...targetCases,
  ...fieldCases,
  ...hostCases,
  ...framingCases,
  ...chunkCases,
  ...meaningCases,
  ...compliantCases,
]
