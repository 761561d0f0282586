#!/usr/bin/env node
// The command line. Which command means what is in cli/; nothing is decided here.
import { setFlagsFromString } from 'node:v8'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(
    `sallyport needs Node 24.15 or newer, and this is ${process.versions.node}: install Node 24 LTS, or run it with \`npx -p node@24 sallyport\`.\n`,
  )
  process.exit(2)
}

// Young objects of a start live until the start is over, which would make V8 double their space again and again and keep
// it: 20 MB for nothing. Requests are served from a young generation of the first size just as fast.
setFlagsFromString('--semi-space-growth-factor=1')

const { runCommand } = await import('./cli/command.ts')
await runCommand(process.argv)
