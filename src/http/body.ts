/** Reads the body of a request up to a limit. The header Content-Length is not believed. */
import { err, ok, type Result } from '../core/result.ts'

/** The largest body of an event, in bytes. */
export const MAX_BODY_BYTES = 256 * 1024

/** Reads at most `maxBytes` as UTF-8, and asks the stream for no more. A broken character becomes U+FFFD. */
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
        // The answer is the same, whether or not the rest of the body can be cancelled.
        void reader.cancel().catch(() => undefined)
        return err('body_too_large')
      }
      text += decoder.decode(chunk, { stream: true })
    }
  } catch {
    // The caller hung up before its body had ended.
    return err('malformed_body')
  }
}

/** The content type without its parameters, in lower case. */
export function mediaType(request: Request): string {
  return (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}
