/** Reads the requests that a receiver gets off one connection. */

/** The requests in a text, and the beginning of the next one. */
export interface TakenMessages {
  readonly messages: readonly string[]
  readonly rest: string
}

/** Takes every whole request off the text of a connection. */
export function takeMessages(text: string): TakenMessages {
  const messages: string[] = []
  let rest = text
  for (;;) {
    const length = lengthOf(rest)
    if (length === null || rest.length < length) return { messages, rest }
    messages.push(rest.slice(0, length))
    rest = rest.slice(length)
  }
}

const END_OF_CHUNKS = '\r\n0\r\n\r\n'

/** The length of the first request; null while it is not known. */
function lengthOf(text: string): number | null {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return null
  const head = text.slice(0, end)
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) return end + 4 + Number(length)
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return end + 4
  const last = text.indexOf(END_OF_CHUNKS, end)
  return last < 0 ? null : last + END_OF_CHUNKS.length
}

/** The field ID in a form, in JSON, and in JSON inside of JSON. */
const ID = /ID(?:%5D=|\]=|\\?"\s*:\s*\\?"?)(77\d{10})/g

/** The events in a request, each with the number of its receiver, which is the path. */
export function arrivalsIn(message: string): readonly (readonly [id: number, receiver: number])[] {
  const receiver = Number(/^\w+ \/(\d+)/.exec(message)?.[1] ?? 0)
  const ids = [...message.matchAll(ID)].map(([, id]) => Number(id))
  return [...new Set(ids)].map((id) => [id, receiver] as const)
}
