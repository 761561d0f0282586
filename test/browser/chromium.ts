import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

interface Reply {
  readonly id?: number
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly message: string }
}

const names = ['chromium', 'chromium-browser', 'google-chrome']
const waitMs = 15_000

/** Where the browser is installed. */
function chromiumPath(): string {
  for (const name of names) {
    try {
      return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()
    } catch {
      // the next name
    }
  }
  throw new Error('These tests need Chromium. On Debian: sudo apt-get install chromium')
}

/** Debian's Chromium without a window, driven over its DevTools protocol by a pipe. */
export class Chromium {
  readonly #process: ChildProcess
  readonly #profile: string
  readonly #waiting = new Map<number, (reply: Reply) => void>()
  #calls = 0

  private constructor(process: ChildProcess, profile: string) {
    this.#process = process
    this.#profile = profile
    let pending = ''
    const output = process.stdio[4] as Readable
    output.setEncoding('utf8').on('data', (text: string) => {
      const messages = (pending + text).split('\0')
      pending = messages.pop() ?? ''
      for (const message of messages) {
        const reply = JSON.parse(message) as Reply
        if (reply.id !== undefined) this.#waiting.get(reply.id)?.(reply)
      }
    })
  }

  /** Starts it with a profile of its own. Certificates are not checked: the test has its own authority. */
  static start(): Chromium {
    const profile = mkdtempSync(join(tmpdir(), 'chromium-'))
    const child = spawn(
      chromiumPath(),
      [
        '--headless=new',
        // Containers give it no rights for a sandbox of its own; it opens pages of the test alone.
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--no-first-run',
        '--disable-background-networking',
        '--ignore-certificate-errors',
        '--remote-debugging-pipe',
        `--user-data-dir=${profile}`,
        'about:blank',
      ],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
    )
    return new Chromium(child, profile)
  }

  /** Opens a tab. Tabs share cookies. */
  async tab(): Promise<Tab> {
    const { targetId } = await this.call('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await this.call('Target.attachToTarget', { targetId, flatten: true })
    return new Tab(this, String(sessionId))
  }

  async call(
    method: string,
    params: Readonly<Record<string, unknown>>,
    sessionId?: string,
  ): Promise<Readonly<Record<string, unknown>>> {
    const id = ++this.#calls
    const input = this.#process.stdio[3] as Writable
    const reply = await new Promise<Reply>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${method}`)), waitMs)
      this.#waiting.set(id, (one) => {
        clearTimeout(timer)
        this.#waiting.delete(id)
        resolve(one)
      })
      input.write(
        `${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`,
      )
    })
    if (reply.error !== undefined) throw new Error(`${method}: ${reply.error.message}`)
    return reply.result ?? {}
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.kill('SIGKILL')
    await ended
    // Its helpers let go of the profile a moment after it.
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

/** One tab. */
export class Tab {
  readonly #browser: Chromium
  readonly #session: string

  constructor(browser: Chromium, session: string) {
    this.#browser = browser
    this.#session = session
  }

  async go(url: string): Promise<void> {
    await this.#browser.call('Page.navigate', { url }, this.#session)
  }

  /** The value of an expression in the page; promises are waited for. */
  async value(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = (await this.#browser.call(
      'Runtime.evaluate',
      { expression, awaitPromise: true, returnByValue: true, userGesture: true },
      this.#session,
    )) as { result?: { value?: unknown }; exceptionDetails?: { text: string } }
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text)
    return result?.value
  }

  /** Waits until the expression is true of the page that is then there. */
  async until(expression: string): Promise<void> {
    const end = performance.now() + waitMs
    let seen: unknown
    while (performance.now() < end) {
      // Between two pages there is nothing that an expression could be evaluated in.
      const is = await this.value(`document.readyState === 'complete' && Boolean(${expression})`).catch(
        () => false,
      )
      if (is === true) return
      seen = await this.value('location.href + " " + document.documentElement.innerText').catch(() => seen)
      await sleep(50)
    }
    throw new Error(`it never became true that ${expression}; the last page: ${String(seen).slice(0, 500)}`)
  }

  /** Clicks the button or link with this text. */
  async click(text: string): Promise<void> {
    const found = `[...document.querySelectorAll('button,a')].find((one) => one.innerText === ${JSON.stringify(text)})`
    await this.until(found)
    await this.value(`${found}.click()`)
  }
}
