import type { RequestView } from '../../../gateway/policy.ts'

/**
 * Whether a person is going to a page, and can be sent to log in. Everything else is a program that cannot: a redirect
 * would show it a log-in page where it expects data.
 */
export function isNavigation(request: RequestView): boolean {
  if (request.method !== 'GET') return false
  const mode = request.header('sec-fetch-mode')
  if (mode !== undefined) return mode === 'navigate'
  // Browsers from before Fetch Metadata ask for HTML by name in navigations only.
  return (
    (request.header('accept') ?? '').toLowerCase().includes('text/html') &&
    request.header('x-requested-with') === undefined
  )
}

/** Path and query of a request, to come back to. */
export function pathOf({ path, query }: RequestView): string {
  return query === '' ? path : `${path}?${query}`
}
