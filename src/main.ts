#!/usr/bin/env node
// The command line. Which command means what is in cli/; nothing is decided here.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { holdYoungGeneration } from './process/young-generation.ts'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(
    `sallyport needs Node 24.15 or newer, and this is ${process.versions.node}: install Node 24 LTS, or run it with \`npx -p node@24 sallyport\`.\n`,
  )
  process.exit(2)
}

// From the sources, Node takes the types out of every file at each start: kept beside the packages, whose owner owns the
// code too, and never in a folder for everybody.
if (import.meta.filename.endsWith('.ts'))
  enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/sallyport'))

holdYoungGeneration()

const { runCommand } = await import('./cli/command.ts')
await runCommand(process.argv)
