/**
 * The service behind the gateways where there is no nginx: answers every request head with the same 1 kB. It reads no
 * more of HTTP than the end of a head, which is enough for the GETs of the bench and for nothing else.
 */
import { createServer } from 'node:net'
import { answerBody } from './answer-body.ts'

const port = Number(process.argv[2])
const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${answerBody.length}\r\n\r\n`
const answer = Buffer.from(head + answerBody, 'latin1')

createServer({ noDelay: true }, (socket) => {
  let rest = ''
  socket.on('data', (bytes) => {
    const heads = (rest + bytes.toString('latin1')).split('\r\n\r\n')
    rest = heads.pop() ?? ''
    for (const _ of heads) socket.write(answer)
  })
  socket.on('error', () => socket.destroy())
}).listen(port, '127.0.0.1')
