import { resolve } from 'node:path'
import { suggest } from '../config/nearest.ts'
import { type ConfigurationSource, readConfigurationOutline } from '../process/configuration.ts'
import { StartError } from '../process/start-error.ts'

/**
 * The data folder of a configuration. With `--data` none is read, and of any other only where the folder is: nobody who
 * revokes something must wait until a mistake elsewhere is corrected.
 */
export async function dataFolderOf(source: ConfigurationSource): Promise<string> {
  if (source.dataFolder !== undefined) return resolve(source.cwd, source.dataFolder)
  try {
    return (await readConfigurationOutline(source)).dataFolder
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    throw new StartError(
      `${error.message}\nWith \`--data FOLDER\` the configuration is not read: name the data folder of the gateway.`,
      error.problems,
    )
  }
}

/** Makes sure that an identity is there, of this type if one is named: what is kept for a misspelt one has no effect. */
export async function requireIdentity(
  source: ConfigurationSource,
  name: string,
  type: string | null,
): Promise<void> {
  const { identities } = await readConfigurationOutline(source)
  const names = identities.filter((one) => type === null || one.type === type).map((one) => one.name)
  const what = type === null ? 'identity' : `${type} identity`
  if (!names.includes(name))
    throw new StartError(`the configuration has no ${what} named ${name}. ${suggest(name, names, what)}`)
}
