import type { Statement } from '../../engines/iam/statement.ts'
import type { ReadVariable, Template } from '../../engines/iam/template.ts'
import type { ResourcePolicySettings } from './settings.ts'

const noVariables: ReadVariable = () => null

/**
 * Parts of ARNs that a policy names and the settings do not: a denial for a stage that no request has would be silently
 * void. Gives what to write, for each; empty where all is said.
 */
export function unsaidParts(statement: Statement, settings: ResourcePolicySettings): readonly string[] {
  const found: string[] = []
  for (const { text, names, resource } of statement.resources) {
    if (resource === null) continue
    if (names !== null) {
      if (!names.partition.test(settings.partition, noVariables))
        found.push(`\`${text}\` is of another partition than \`${settings.partition}\`: write \`partition\``)
      for (const part of ['region', 'account'] as const)
        if (settings[part] === null && !names[part].isEverything)
          found.push(
            `\`${text}\` names ${part === 'account' ? 'an' : 'a'} ${part}: write \`${part}\` in the settings`,
          )
    }
    const segments = resource.split('/', names === null ? 2 : 3)
    const stage: Template | undefined = segments[names === null ? 0 : 1]
    if (
      settings.stage === null &&
      stage !== undefined &&
      stage.literal !== null &&
      stage.literal !== defaultStage
    )
      found.push(`\`${text}\` names the stage \`${stage.literal}\`: write \`stage\` in the settings`)
    const api = names === null ? null : (segments[0]?.literal ?? null)
    if (api !== null && awsId.test(api) && Object.keys(settings.apiIds).length === 0)
      found.push(`\`${text}\` names the API \`${api}\` by its id: write \`apiIds: { NAME: ${api} }\``)
  }
  return found
}

/** Stage of requests where the settings name none. */
export const defaultStage = 'default'

/** What API Gateway makes up for an API; no name of one looks so by chance. */
const awsId = /^(?=[a-z]*\d)[a-z0-9]{10}$/
