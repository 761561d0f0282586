/** `npm run build`, and before every `npm pack`: JavaScript and declarations in `dist/`. */
import { chmodSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './run-command.ts'

const dist = join(root, 'dist')
rmSync(dist, { recursive: true, force: true })
const code = await run('tsc', '-p', 'tsconfig.build.json')
if (code !== 0) process.exit(code)

const main = join(dist, 'main.js')
const text = readFileSync(main, 'utf8')
if (!text.startsWith('#!')) writeFileSync(main, `#!/usr/bin/env node\n${text}`)
chmodSync(main, 0o755)

// The compiler rewrites imports, not the addresses of worker threads: one left over would fail after installing only.
const left = globSync('**/*.js', { cwd: dist }).filter((file) =>
  /new URL\(\s*['"`][^'"`]*\.ts['"`]/.test(readFileSync(join(dist, file), 'utf8')),
)
if (left.length > 0) {
  console.error(
    `These files name a .ts file in \`new URL(…)\`, which the package does not contain: ${left.join(', ')}`,
  )
  process.exit(1)
}
