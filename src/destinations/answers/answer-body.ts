/**
 * The body of a receiver's answer while it comes. At most 8 KiB of it are read, and a body that does not end is not
 * waited for when what has come of it shows a success.
 */

/** As much of a body is read, in bytes. */
export const MAX_ANSWER_BYTES = 8192

/**
 * How long a body is waited for before what has come of it is judged, in milliseconds. When that shows a success,
 * the rest of the body is not waited for.
 */
const MAX_BODY_WAIT_MS = 500

/** The body of an answer, as far as it was read. */
export class AnswerBody {
  readonly #bytes = new Uint8Array(MAX_ANSWER_BYTES)
  #length = 0

  /** Whether as much was read as is ever read, so that the rest of the body, if there is any, is unread. */
  get isFull(): boolean {
    return this.#length === MAX_ANSWER_BYTES
  }

  /** The text that was read; bytes that are not UTF-8 are replaced. */
  text(): string {
    return new TextDecoder().decode(this.#bytes.subarray(0, this.#length))
  }

  /** Reads until the end or until it is full. Rejects when the body breaks off. */
  async read({ body }: Response, signal: AbortSignal): Promise<void> {
    if (body === null) return
    const reader = body.getReader()
    const cancel = (): void => ignoreFailure(reader.cancel())
    signal.addEventListener('abort', cancel, { once: true })
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const part = value.subarray(0, MAX_ANSWER_BYTES - this.#length)
      this.#bytes.set(part, this.#length)
      this.#length += part.length
      if (this.isFull) return cancel()
    }
  }
}

/** Whether a body has ended, in whatever way, within a short time. */
export async function hasEnded(rest: Promise<void>): Promise<boolean> {
  const ended = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => ended.resolve(false), MAX_BODY_WAIT_MS)
  const end = (): void => ended.resolve(true)
  // A body that breaks off has ended, too.
  rest.then(end, end)
  const isEnded = await ended.promise
  clearTimeout(timer)
  return isEnded
}

/** Cancelling a stream that is broken already fails; there is nothing left to free then. */
function ignoreFailure(cancelling: Promise<void>): void {
  cancelling.catch(() => undefined)
}
