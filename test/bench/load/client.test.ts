import { createServer } from 'node:http'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Client, isComplete } from '../../../bench/load/client.ts'

describe('isComplete()', () => {
  it('waits for the length that the head names', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n'
    expect([head, `${head}ab`, `${head}abc`].map(isComplete)).toEqual([false, false, true])
  })

  it('waits for the last chunk', () => {
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
    expect([head, `${head}1\r\na\r\n`, `${head}1\r\na\r\n0\r\n\r\n`].map(isComplete)).toEqual([
      false,
      false,
      true,
    ])
  })

  it('needs the end of the head', () => {
    expect(isComplete('HTTP/1.1 200 OK\r\n')).toBe(false)
  })
})

describe('Client', () => {
  it('notes which events were acknowledged, and which were refused', async () => {
    const bodies: string[] = []
    const server = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()))
      request.on('end', () => {
        response.statusCode = request.url === '/3' ? 503 : 200
        response.end('{}')
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const request = (id: number) => ({ path: `/${id}`, body: `id=${id}` })
    const client = await Client.open({ port, request }, 2)
    const sent = await client.sendAll([1, 2, 3, 4])
    client.close()
    server.close()
    expect(
      sent.filter(({ acknowledgedAt }) => acknowledgedAt === null).map(({ id }) => id),
    ).toEqual([3])
    expect(bodies.toSorted()).toEqual(['id=1', 'id=2', 'id=3', 'id=4'])
  })
})
