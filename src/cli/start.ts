import type { ConfigurationSource } from '../process/configuration.ts'
import { start } from '../process/start.ts'
import { StartError } from '../process/start-error.ts'
import { releaseYoungGeneration } from '../process/young-generation.ts'
import type { Output } from './output.ts'

/** Runs the gateway until SIGINT or SIGTERM. Resolves with the exit code. */
export async function runStart(source: ConfigurationSource, { stderr }: Output): Promise<number> {
  // Before the first await: a signal while starting must not be lost.
  const ending = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  try {
    const gateway = await start(source)
    releaseYoungGeneration()
    // Decision records own stdout; what is for people goes to stderr.
    stderr(`${gateway.summary}\n`)
    await ending
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
    await gateway.stop()
    return 0
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    stderr(`${error.message}\n`)
    return 2
  }
}
