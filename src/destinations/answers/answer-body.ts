/** The body of a receiver's answer while it comes. At most 8 KiB of it are read. */

/** The most bytes of a body that are read. */
export const MAX_ANSWER_BYTES = 8192

/**
 * The longest wait for the rest of a body before the part that has come is judged, in milliseconds. When that shows a
 * success, the rest of the body is not waited for.
 */
export const MAX_BODY_WAIT_MS = 500

/** The body of an answer, as far as it was read. */
export class AnswerBody {
  readonly #parts: Uint8Array[] = []
  #length = 0
  #whole = ''
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null

  /** Whether the most bytes were read. The rest of the body, if there is any, is unread then. */
  get isFull(): boolean {
    return this.#length === MAX_ANSWER_BYTES
  }

  /** The text that was read; bytes that are not UTF-8 are replaced. */
  text(): string {
    if (this.#parts.length === 0) return this.#whole
    const decoder = new TextDecoder()
    const texts = this.#parts.map((part) => decoder.decode(part, { stream: true }))
    return texts.join('') + decoder.decode()
  }

  /**
   * Reads until the end or until it is full. Rejects when the body breaks off. A short body that decides nothing is
   * read by the runtime in one piece, which costs less.
   */
  async read(response: Response, { needsBody }: { readonly needsBody: boolean }): Promise<void> {
    const { body } = response
    const length = lengthOf(response.headers)
    if (body === null || length === 0) return
    const isShort = length !== null && length < MAX_ANSWER_BYTES
    if (isShort && response.ok && !needsBody) this.#whole = await response.text()
    else await this.#readParts(body)
  }

  async #readParts(body: ReadableStream<Uint8Array>): Promise<void> {
    this.#reader = body.getReader()
    for (;;) {
      const { done, value } = await this.#reader.read()
      if (done) return
      const part = value.subarray(0, MAX_ANSWER_BYTES - this.#length)
      this.#parts.push(part)
      this.#length += part.length
      if (this.isFull) return this.cancel()
    }
  }

  /** Stops reading. To cancel a stream that is broken already fails, and then there is nothing left to free. */
  cancel(): void {
    this.#reader?.cancel().catch(() => undefined)
  }
}

/**
 * The length of a body as its header tells it; null when it does not, or when the body is packed. The runtime frames
 * the body by this header.
 */
function lengthOf(headers: Headers): number | null {
  const length = headers.get('content-length')
  if (length === null || !/^\d{1,9}$/.test(length)) return null
  return length === '0' || headers.get('content-encoding') === null ? Number(length) : null
}
