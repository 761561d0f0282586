import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { formatAddress, parseAddress } from '../engines/networks/address.ts'

/** Closes connections of an address that holds so many already: it must not take all that there are. */
export function shareConnections(server: Server, mostOfOne: number): void {
  const held = new Map<string, number>()
  server.on('connection', (socket: Socket) => {
    const holder = holderOf(socket.remoteAddress ?? '')
    const count = held.get(holder) ?? 0
    if (count >= mostOfOne) return void socket.destroy()
    held.set(holder, count + 1)
    socket.once('close', () => {
      const left = (held.get(holder) ?? 1) - 1
      if (left > 0) held.set(holder, left)
      else held.delete(holder)
    })
  })
}

/** An IPv4 address, or the /64 that an IPv6 subscriber has as a whole. */
function holderOf(address: string): string {
  const parsed = parseAddress(address)
  if (parsed === null || parsed.family === 4) return address
  return formatAddress({ ...parsed, words: [parsed.words[0]!, parsed.words[1]!, 0, 0] })
}
