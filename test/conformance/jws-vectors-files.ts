import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Project Wycheproof as its maintainers publish it: a Go module with the vectors as files (Apache-2.0). */
const wycheproof = 'github.com/c2sp/wycheproof@v0.0.0-20260902155932-3fa63dd0344a'

const go = 'go'

/** The two files about signatures, and what they have to be, so that every run measures the same. */
const files = {
  json_web_signature_test: '8e687a06fe8359f4ec51480f1a9f73c8faebd6f4c01b818b843b44eee54fd5d9',
  json_web_key_test: 'be983255bce26406f97020ec5458b33930a90d5f868e604fcd569c300aba2862',
} as const

/** One published vector. */
export interface Vector {
  readonly file: string
  readonly id: number
  readonly comment: string
  readonly jws: string
  readonly isValid: boolean
  /** The key set to verify with, secrets and public keys as the vector's group gives them. */
  readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] }
}

interface VectorGroup {
  readonly public?: Readonly<Record<string, unknown>>
  readonly private: Readonly<Record<string, unknown>>
  readonly tests: readonly {
    readonly tcId: number
    readonly comment: string
    readonly jws: string
    readonly result: string
  }[]
}

/**
 * The published vectors, or a sentence that says why there are none. They lie in Go's module cache; `download` fetches
 * them into it, by the ordinary client of Go modules.
 */
export function readVectors(download: boolean): readonly Vector[] | string {
  const folder = moduleFolder(download)
  if (folder === null)
    return `the module ${wycheproof} is not in Go's module cache: npm run suite -- S5 fetches it, with Go installed`
  return Object.entries(files).flatMap(([file, expected]) => {
    const bytes = readFileSync(join(folder, 'testvectors_v1', `${file}.json`))
    const found = createHash('sha256').update(bytes).digest('hex')
    if (found !== expected) throw new Error(`${file}.json is another version: its SHA-256 is ${found}`)
    const { testGroups }: { testGroups: readonly VectorGroup[] } = JSON.parse(bytes.toString())
    return testGroups.flatMap((group) =>
      group.tests.map((test) => ({
        file,
        id: test.tcId,
        comment: test.comment,
        jws: test.jws,
        isValid: test.result === 'valid',
        jwks: keySet(group.public ?? group.private),
      })),
    )
  })
}

function keySet(key: Readonly<Record<string, unknown>>): Vector['jwks'] {
  return Array.isArray(key['keys']) ? { keys: key['keys'] } : { keys: [key] }
}

function moduleFolder(download: boolean): string | null {
  try {
    const cache = execFileSync(go, ['env', 'GOMODCACHE'], { encoding: 'utf8', stdio: 'pipe' }).trim()
    const folder = join(cache, wycheproof)
    if (!existsSync(folder) && download)
      execFileSync(go, ['mod', 'download', wycheproof], { stdio: 'pipe', timeout: 300_000 })
    return existsSync(folder) ? folder : null
  } catch {
    return null
  }
}
