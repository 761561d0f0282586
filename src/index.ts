// What `import … from 'sallyport'` gives: writing a configuration in TypeScript, and running a gateway from a program.
import { type ConfigurationInput, defineConfig as define } from './config/define.ts'

export { type Gateway, start } from './process/start.ts'
export { StartError } from './process/start-error.ts'

/** A configuration as `sallyport.config.ts` writes it, with the blocks of the built-in policies. */
export type Configuration = ConfigurationInput<'headers' | 'cors', 'addresses'>

/** Gives a configuration its type, so that an editor completes and checks it. */
export const defineConfig: (configuration: Configuration) => Configuration = define
