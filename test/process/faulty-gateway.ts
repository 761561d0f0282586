import { policies } from '../../src/policies/registry.ts'
import { start } from '../../src/process/start.ts'
import { faulty } from './faulty-policy.ts'

// As `sallyport start -c FILE`, with one policy more.
const program = {
  policies: [...policies, faulty],
  dataThread: new URL('./faulty-thread.ts', import.meta.url),
}
const gateway = await start({ files: [process.argv[4]!], cwd: process.cwd(), env: process.env }, program)
process.stderr.write(`${gateway.summary}\n`)
process.once('SIGTERM', () => void gateway.stop())
