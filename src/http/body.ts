/**
 * Reads the body of a request up to a limit, of any type or of the two types that Bitrix24 sends. The runtime frames
 * a body by its Content-Length, so a length within the limit lets the body be read in one piece, which takes a third
 * of the time. The header alone is not trusted: the bytes of a body that is longer than it says are counted.
 */
import { err, ok, type Result } from '../core/result.ts'

/** The largest body of an event, in bytes. */
export const MAX_BODY_BYTES = 256 * 1024

const ENCODER = new TextEncoder()

/**
 * Reads at most `maxBytes` as UTF-8, and asks a stream of unknown length for no more. A broken character becomes
 * U+FFFD.
 */
export async function readBody(
  request: Request,
  maxBytes = MAX_BODY_BYTES,
): Promise<Result<string, 'body_too_large' | 'malformed_body'>> {
  if (request.body === null) return ok('')
  const declared = declaredLength(request)
  return declared === null || declared > maxBytes
    ? readStream(request.body, maxBytes)
    : readWhole(request, { declared, maxBytes })
}

/** The length of the body by its header; null without a usable one, as with a body that comes in chunks. */
function declaredLength(request: Request): number | null {
  const length = request.headers.get('content-length')
  return length !== null && /^\d{1,15}$/.test(length) ? Number(length) : null
}

async function readWhole(
  request: Request,
  { declared, maxBytes }: { readonly declared: number; readonly maxBytes: number },
): Promise<Result<string, 'body_too_large' | 'malformed_body'>> {
  let text: string
  try {
    text = await request.text()
  } catch {
    // The caller hung up before its body had ended.
    return err('malformed_body')
  }
  // A unit of a text takes one byte at least, so a longer text than its header says is seen without counting.
  const isHonest = text.length <= declared
  return isHonest || ENCODER.encode(text).length <= maxBytes ? ok(text) : err('body_too_large')
}

async function readStream(
  body: ReadableStream,
  maxBytes: number,
): Promise<Result<string, 'body_too_large' | 'malformed_body'>> {
  const reader = body.getReader()
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

/** The body of a call of Bitrix24, and in which of its two forms it is written. */
export interface FormOrJson {
  readonly text: string
  /** True for `application/x-www-form-urlencoded`, false for `application/json`. */
  readonly isForm: boolean
}

/** Reads a body that is a form or JSON. Every other content type is refused, and its body is not read. */
export async function readFormOrJson(
  request: Request,
): Promise<Result<FormOrJson, 'unsupported_media_type' | 'body_too_large' | 'malformed_body'>> {
  const type = mediaType(request)
  const isForm = type === 'application/x-www-form-urlencoded'
  if (!isForm && type !== 'application/json') return err('unsupported_media_type')
  const body = await readBody(request)
  return body.ok ? ok({ text: body.value, isForm }) : body
}

/** The content type without its parameters, in lower case. */
function mediaType(request: Request): string {
  return (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}
