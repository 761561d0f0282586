import { type Stats, statSync } from 'node:fs'

/** How soon a change is seen. */
const everyMs = 2000

/**
 * Calls back when a file has changed, until what it returns is called. Asks for size, time and inode: notifications
 * miss the swapped links of mounted secrets, and what is renamed into the place.
 */
export function watchFile(file: string, changed: () => void): () => void {
  let before = markOf(file)
  const timer = setInterval(() => {
    const now = markOf(file)
    if (now === before) return
    before = now
    changed()
  }, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}

function markOf(file: string): string {
  const stats: Stats | undefined = statSync(file, { throwIfNoEntry: false })
  return stats === undefined ? '' : `${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`
}
