import { readFileSync, statSync } from 'node:fs'
import { longestPolicy } from '../../engines/iam/policy-text.ts'
import type { PolicySource, ResourcePolicySettings } from './settings.ts'

type Absolute = (at: readonly (string | number)[], written: string) => string

/**
 * The settings with the texts of their files, which are read while the configuration is loaded: data threads get the
 * text, and a file that changes later changes nothing before a reload.
 */
export function withFiles(config: ResourcePolicySettings, absolute: Absolute): ResourcePolicySettings {
  const read = (list: readonly PolicySource[]): readonly PolicySource[] =>
    list.map((one) => (one.kind === 'file' ? { ...one, text: textOf(absolute(one.at, one.file)) } : one))
  return {
    ...config,
    policies: read(config.policies),
    attach: config.attach.map((one) => ({ ...one, policies: read(one.policies) })),
  }
}

/** Null for what cannot be read as text: `absolute` has told of a missing file, and `setup` refuses the rest. */
function textOf(file: string): string | null {
  try {
    // A UTF-16 unit has three bytes of UTF-8 at most.
    if (statSync(file).size > 3 * longestPolicy) return null
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file))
  } catch {
    return null
  }
}
