/** Answers of a receiver, as the sender hands them to a judge. */
import type { Answer } from '../../../src/destinations/receiver.ts'

/** The parts of an answer that a test gives. */
export interface GivenAnswer {
  readonly status: number
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** The answer as it is read; a body of 8 KiB or more counts as cut. */
export function anAnswer({ status, body = '', headers = {} }: GivenAnswer): Answer {
  const isCut = new TextEncoder().encode(body).length >= 8192
  return { status, headers: new Headers({ ...headers }), body, isCut }
}
