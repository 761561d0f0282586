import { policies } from '../policies/registry.ts'
import { type ConfigurationSource, readConfiguration } from '../process/configuration.ts'
import { LiveLookups } from '../process/live-lookups.ts'

/** The data folder of a configuration. With `identity`, also makes sure that such an identity is there to be given a key. */
export async function dataFolderOf(source: ConfigurationSource, identity?: string): Promise<string> {
  const { spec } = await readConfiguration(source, policies, 1, new LiveLookups())
  if (
    identity !== undefined &&
    !spec.identities.some(({ name, type }) => name === identity && type === 'api-key')
  ) {
    const known = spec.identities.filter(({ type }) => type === 'api-key').map(({ name }) => name)
    throw new Error(
      `the configuration has no api-key identity named ${identity}${known.length === 0 ? '' : `; it has ${known.join(', ')}`}`,
    )
  }
  return spec.dataFolder
}
