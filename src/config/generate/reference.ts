import type { Policy } from '../../gateway/policy.ts'
import { configurationNode, type SchemaNode } from './schema-node.ts'

const head = `# Configuration reference

Generated from the schemas that read the configuration: change these, not this page.

A configuration is YAML 1.2, JSON or TypeScript (\`defineConfig\`), in one file or several. Unknown keys are refused.
Times are written \`250ms\`, \`10s\`, \`5m\`, \`1h\`, \`30d\`; sizes \`512B\`, \`8KB\`, \`10MB\`, \`1GB\`, where 1KB is 1024 bytes.
Relative paths start at the file that says them. In any value, \`\${env:NAME}\` and \`\${file:PATH}\` stand for a variable of
the environment and the content of a file; \`$\${\` is a literal \`\${\`. What came from a reference is kept out of all output.

\`require\` only adds: what an outer block demands, every inner one demands too. Everything else is a default that an
inner block replaces: \`operations\` by id or method before those by tag, then the API, then the top of the file.
`

interface Section {
  readonly title: string
  readonly node: SchemaNode
}

/** The reference of all sections and keys, as Markdown. */
export function configurationReference(policies: readonly Policy[]): string {
  const pages: string[] = [head]
  const titles = new Map<string, string>()
  const waiting: Section[] = [{ title: 'Top level', node: configurationNode(policies) }]
  for (let section = waiting.shift(); section !== undefined; section = waiting.shift()) {
    const content = JSON.stringify(section.node.properties)
    const known = titles.get(content)
    if (known !== undefined) {
      pages.push(`## ${heading(section.title)}\n\nAs [\`${known}\`](#${anchor(known)}).\n`)
      continue
    }
    titles.set(content, section.title)
    pages.push(page(section))
    waiting.unshift(...innerSections(section))
  }
  return pages.join('\n')
}

function page({ title, node }: Section): string {
  const rows = Object.entries(node.properties ?? {}).map(([key, one]) => {
    const required = node.required?.includes(key) === true && one.default === undefined
    return `| \`${key}\` | ${cell(typeText(one))} | ${cell(required ? 'required' : defaultText(one))} | ${cell(one.description ?? '')} |`
  })
  return `## ${heading(title)}\n\n| key | type | default | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`
}

/** Blocks inside a block: maps of keys, maps of names, lists, and the alternatives of each. */
function innerSections({ title, node }: Section): Section[] {
  const base = title === 'Top level' ? '' : `${title}.`
  return Object.entries(node.properties ?? {}).flatMap(([key, one]) => blocks(base + key, one))
}

function blocks(title: string, node: SchemaNode): Section[] {
  if (node.anyOf !== undefined) {
    const found = node.anyOf.flatMap((one) => blocks(title, one))
    return found.length < 2
      ? found
      : found.map((one) => ({ ...one, title: `${one.title}${variant(one.node)}` }))
  }
  if (node.items !== undefined) return blocks(`${title}[]`, node.items)
  if (typeof node.additionalProperties === 'object')
    return blocks(`${title}.<name>`, node.additionalProperties)
  return node.properties === undefined ? [] : [{ title, node }]
}

/** The word that tells one alternative from the others: its constant `type`. */
function variant(node: SchemaNode): string {
  const type = node.properties?.['type']?.const
  return type === undefined ? '' : ` (type ${String(type)})`
}

function typeText(node: SchemaNode): string {
  if (node.unit !== undefined) return node.unit
  if (node.const !== undefined) return `\`${String(node.const)}\``
  if (node.enum !== undefined) return node.enum.map((word) => `\`${String(word)}\``).join(' or ')
  if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(typeText))].join(' or ')
  if (node.items !== undefined) return `list of ${typeText(node.items)}`
  if (node.properties !== undefined) return 'block'
  if (typeof node.additionalProperties === 'object') return 'map of names'
  const words: Record<string, string> = {
    string: 'text',
    integer: 'whole number',
    number: 'number',
    boolean: '`true` or `false`',
    null: 'nothing',
  }
  return words[node.type ?? ''] ?? 'block of the policy'
}

function defaultText(node: SchemaNode): string {
  if (node.fallback !== undefined) return node.fallback
  if (node.default === undefined) return ''
  const text = typeof node.default === 'string' ? node.default : JSON.stringify(node.default)
  return text === '{}' ? '' : `\`${text}\``
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

/** Keys as code: Markdown would take `<name>` for HTML. */
function heading(title: string): string {
  return title.includes(' ') ? title.replace(/^(\S*\[\S*)/, '`$1`') : `\`${title}\``
}

/** Anchor of a heading, as Markdown viewers make it. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-')
}
