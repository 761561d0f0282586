import { objectOf, textOf } from './place.ts'
import type { SourceFile } from './source-file.ts'

/**
 * A Swagger 2.0 document as OpenAPI 3.0 says it, as far as the gateway reads: `host`, `basePath` and `schemes` become
 * `servers`, `securityDefinitions` become `components.securitySchemes`. All else stays where it was written, so that
 * its references and positions hold; body parameters and the scheme type `basic` are read in both forms. Why no
 * converter: docs/decisions/0010-swagger-2-without-a-converter.md.
 */
export function fromSwagger(file: SourceFile): SourceFile {
  const fields = objectOf(file.value)!
  return {
    ...file,
    value: {
      ...fields,
      servers: serversOf(fields),
      components: { securitySchemes: fields['securityDefinitions'] },
    },
    locate: (path) => file.locate(writtenPath(path)),
  }
}

function serversOf(fields: Readonly<Record<string, unknown>>): readonly { url: string }[] {
  const base = textOf(fields['basePath'])
  const path = base === '' || base.startsWith('/') ? base : `/${base}`
  const host = textOf(fields['host'])
  // A host that is a whole address or has a path is a mistake often made: the base path still counts.
  if (!/^[^\s/?#@]+$/.test(host)) return path === '' ? [] : [{ url: path }]
  const schemes = Array.isArray(fields['schemes']) ? fields['schemes'] : []
  const http = schemes.filter((scheme) => scheme === 'https' || scheme === 'http')
  return (http.length === 0 ? ['https'] : http).map((scheme) => ({ url: `${scheme}://${host}${path}` }))
}

/** Where a key of the converted document stands in the one that was written. */
function writtenPath(path: readonly (string | number)[]): readonly (string | number)[] {
  if (path[0] === 'servers') return ['basePath']
  return path[0] === 'components' && path[1] === 'securitySchemes'
    ? ['securityDefinitions', ...path.slice(2)]
    : path
}
