/** Simulated servers that run for one test, and the requests that a test makes to them. */
import { onTestFinished } from 'vitest'

/** The same server, which is closed when its test is over. */
export async function started<S extends { close(): Promise<void> }>(
  starting: Promise<S>,
): Promise<S> {
  const server = await starting
  onTestFinished(() => server.close())
  return server
}

/** Posts a text as it is and everything else as JSON; an empty `contentType` is not sent. */
export function post(
  url: string,
  body: unknown,
  contentType = 'application/json',
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    // Bytes, because fetch gives a text a Content-Type of its own.
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    headers: contentType === '' ? {} : { 'content-type': contentType },
  })
}
