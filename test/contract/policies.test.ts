import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { policies } from '../../src/policies/registry.ts'
import { contractOf } from '../../src/testing/contract.ts'

const folder = join(import.meta.dirname, '../../src/policies')

for (const policy of policies) {
  const read = (file: string) => {
    const path = join(folder, policy.name, file)
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }
  contractOf(policy, { page: read(`${policy.name}.md`), cases: JSON.parse(read('cases.json') || '[]') })
}
