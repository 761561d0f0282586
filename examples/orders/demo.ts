/**
 * What `npm start` runs: the example API, and Sallyport in front of it. See `launcher.ts` for what happens;
 * this file only makes sure that Node can run it.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 15)) {
  console.error(
    `The demo needs Node 24.15 or newer, and this is ${process.versions.node}: on Linux, \`npm ci\` brings one, and \`npm start\` uses it.`,
  )
  process.exit(2)
}

const { launch } = await import('./launcher.ts')
await launch()
