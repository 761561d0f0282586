#!/usr/bin/env node
// The command line. Which command means what is in cli/; nothing is decided here.
import { holdYoungGeneration } from './process/young-generation.ts'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(
    `sallyport needs Node 24.15 or newer, and this is ${process.versions.node}: install Node 24 LTS, or run it with \`npx -p node@24 sallyport\`.\n`,
  )
  process.exit(2)
}

holdYoungGeneration()

const { runCommand } = await import('./cli/command.ts')
await runCommand(process.argv)
