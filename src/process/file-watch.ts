import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'

/** A change is several events (a file is emptied, written, renamed), and a certificate is two files. */
const settleMs = 100

/**
 * Tells when one of some files changes. It watches their folders, since editors and Kubernetes replace files rather
 * than write them.
 */
export class FileWatch {
  readonly #onChange: () => void
  readonly #onTrouble: (message: string) => void
  #key = ''
  #watchers: FSWatcher[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(onChange: () => void, onTrouble: (message: string) => void) {
    this.#onChange = onChange
    this.#onTrouble = onTrouble
  }

  /** Watches these files from now on. A change that was seen before is still told. */
  set(files: readonly string[]): void {
    const key = files.join('\0')
    if (key === this.#key) return
    this.#key = key
    const names = new Map<string, Set<string>>()
    for (const file of files)
      names.set(dirname(file), (names.get(dirname(file)) ?? new Set()).add(basename(file)))
    const before = this.#watchers
    // The new ones first, so that no change falls in between.
    this.#watchers = [...names].map(([folder, of]) => this.#watch(folder, of))
    for (const watcher of before) watcher.close()
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers) watcher.close()
  }

  #watch(folder: string, names: ReadonlySet<string>): FSWatcher {
    const watcher = watch(folder, (_event, name) => {
      // Kubernetes swaps the link `..data`, and the names stay.
      if (name !== null && !names.has(name) && name !== '..data') return
      clearTimeout(this.#timer)
      this.#timer = setTimeout(this.#onChange, settleMs)
    })
    watcher.on('error', (error) =>
      this.#onTrouble(
        `${folder} is not watched any more (${error instanceof Error ? error.message : 'unknown'})`,
      ),
    )
    return watcher
  }
}
