/** Reads a request's body within its limit, whatever Content-Length says. */
import { err, ok, type Result } from '../core/result.ts'

/** The largest body of an event, in bytes. */
export const MAX_BODY_BYTES = 256 * 1024

/** Reads at most `maxBytes` as UTF-8; the rest is never pulled. Broken UTF-8 becomes U+FFFD. */
export async function readBody(
  request: Request,
  maxBytes = MAX_BODY_BYTES,
): Promise<Result<string, 'body_too_large' | 'malformed_body'>> {
  if (request.body === null) return ok('')
  const reader = request.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return ok(text + decoder.decode())
      // Sound: a request's body is a stream of bytes.
      const chunk = value as Uint8Array
      size += chunk.byteLength
      if (size > maxBytes) {
        // Whether the rest of the body can be called off changes nothing about the answer.
        void reader.cancel().catch(() => undefined)
        return err('body_too_large')
      }
      text += decoder.decode(chunk, { stream: true })
    }
  } catch {
    // The caller hung up in the middle of its body.
    return err('malformed_body')
  }
}

/** The media type without its parameters, in lower case. */
export function mediaType(request: Request): string {
  return (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}
