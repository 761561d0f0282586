import type { IncomingMessage, ServerResponse } from 'node:http'
import { errors, type Provider } from 'oidc-provider'
import { accounts, findAccount } from './issuer-accounts.ts'

/** Whether the provider sends browsers to this address for the log-in page. */
export function isLogin(request: IncomingMessage): boolean {
  return request.url?.startsWith('/interaction/') ?? false
}

/** The log-in page: a button for each account, without passwords, since it guards made-up orders on loopback. */
export async function answerLogin(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await provider.interactionDetails(request, response)
    if (request.method === 'POST') {
      const account = findAccount(new URL(request.url ?? '', provider.issuer).searchParams.get('login'))
      if (account !== undefined) {
        await provider.interactionFinished(request, response, { login: { accountId: account.name } })
        return
      }
    }
    send(response, 200, page(`<form method="post">${accounts.map(button).join(' ')}</form>`))
  } catch (error) {
    // The browser has no cookie of this log-in, or it took longer than ten minutes.
    if (!(error instanceof errors.SessionNotFound)) throw error
    send(response, 400, page('<p>This log-in is over: start again.</p>'))
  }
}

/** An HTML page of this provider. `content` is markup. */
export function page(content: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Demo log-in</title>${content}</html>`
}

function button({ name }: { readonly name: string }): string {
  // The choice is in the address, so that no body of unknown size has to be read.
  return `<button formaction="?login=${name}">${name}</button>`
}

function send(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { 'Content-Type': 'text/html', 'Cache-Control': 'no-store' }).end(html)
}
