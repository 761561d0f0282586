import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** `gateway.pid` of the data folder: the process that signals go to. Gone with the process, also without a drain. */
export class PidFile {
  readonly #file: string
  readonly #forget = (): void => rmSync(this.#file, { force: true })

  constructor(dataFolder: string) {
    this.#file = join(dataFolder, 'gateway.pid')
    writeFileSync(this.#file, `${process.pid}\n`, { mode: 0o600 })
    process.on('exit', this.#forget)
  }

  remove(): void {
    process.off('exit', this.#forget)
    this.#forget()
  }
}
