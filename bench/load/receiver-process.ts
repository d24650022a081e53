/**
 * The process of the receivers: one port, and a path for each receiver. It takes every message at once and notes
 * when it came, refuses all of them for a while, or is slow to answer. A number in the message names the event, in
 * whatever form the message is.
 */
import { createServer, type Socket } from 'node:net'
import { arrivalsIn, takeMessages } from './messages.ts'
import { nowMs } from './now.ts'

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'
const REFUSED = 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n'

let arrivals: [id: number, receiver: number, at: number][] = []

/** The time until the answer of a slow receiver, in milliseconds. */
const SLOW_MS = 100

let mode: 'refuse' | 'accept' | 'slow' = 'accept'

const server = createServer((socket: Socket) => {
  let rest = ''
  socket.setNoDelay(true)
  socket.setEncoding('latin1')
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: string) => {
    const taken = takeMessages(rest + chunk)
    rest = taken.rest
    if (mode === 'refuse') return void socket.write(REFUSED.repeat(taken.messages.length))
    const at = nowMs()
    for (const message of taken.messages) {
      arrivals.push(
        ...arrivalsIn(message).map(
          ([id, receiver]) => [id, receiver, at] as [number, number, number],
        ),
      )
    }
    const answer = OK.repeat(taken.messages.length)
    if (mode === 'slow') setTimeout(() => socket.write(answer), SLOW_MS)
    else if (answer !== '') socket.write(answer)
  })
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : null })
})

process.on('message', (wish) => {
  if (wish === 'count') process.send?.({ count: arrivals.length })
  if (wish === 'refuse' || wish === 'accept' || wish === 'slow') mode = wish
  if (wish !== 'take') return
  process.send?.({ arrivals })
  arrivals = []
})

// The bench has ended: nobody asks any more.
process.on('disconnect', () => process.exit())
