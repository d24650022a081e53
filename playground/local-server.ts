/**
 * The HTTP plumbing that every simulator shares: a server on a free port of 127.0.0.1 that can be
 * closed at once, whatever its callers still wait for.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** A running server. */
export interface LocalServer {
  /** For example `http://127.0.0.1:41233`. */
  readonly origin: string
  /** Host and port, as in a URL. */
  readonly host: string
  /** Cuts every open connection and keeps listening. */
  cutConnections(): void
  /** Stops listening and cuts every open connection. */
  close(): Promise<void>
}

/** Answers one request; what it throws becomes a 500 with the message. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Starts a server on 127.0.0.1. Port 0 takes a free one. */
export function startLocalServer(handler: RequestHandler, port = 0): Promise<LocalServer> {
  const server = createServer((request, response) => {
    handler(request, response).catch((error: unknown) => {
      // A caller that hung up is no error of the simulator; anything else must be seen in a test.
      if (response.headersSent || response.destroyed) {
        response.destroy()
        return
      }
      sendText(response, 500, `Simulator failed: ${String(error)}`)
    })
  })
  server.keepAliveTimeout = 5_000
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') {
        reject(new Error('Cannot read the port of the server'))
        return
      }
      const host = `127.0.0.1:${address.port}`
      resolve({
        origin: `http://${host}`,
        host,
        cutConnections: () => server.closeAllConnections(),
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            server.closeAllConnections()
          }),
      })
    })
  })
}

/** Reads a whole request body as text; rejects above `maxBytes`. */
export async function readBody(request: IncomingMessage, maxBytes = 1_048_576): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    size += bytes.length
    if (size > maxBytes) throw new Error(`Cannot read a body of more than ${maxBytes} bytes`)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  { value, headers = {} }: { value: unknown; headers?: Record<string, string> },
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(JSON.stringify(value))
}

/** Answers with plain text. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(text)
}

/** Waits without keeping the process alive. */
export async function pause(ms: number): Promise<void> {
  await sleep(ms, undefined, { ref: false })
}
