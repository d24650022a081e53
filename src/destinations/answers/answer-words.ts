/**
 * Finds the words of a receiver in the body of its answer, which may be plain text or JSON of several forms.
 */
import { secondsToMs } from './retry-after.ts'

/** The words of an answer. */
export interface AnswerWords {
  /** The body when it is a JSON object, else null. */
  readonly json: Readonly<Record<string, unknown>> | null
  /** Error codes and words that stand alone, as written. */
  readonly words: readonly string[]
  /** All sentences of the answer, in lower case. */
  readonly text: string
  /** The wait that the body asks for, in milliseconds; null when it names none. */
  readonly retryAfterMs: number | null
}

/** Reads the first word of plain text, or the usual places of a JSON object. It never throws. */
export function parseAnswer(body: string): AnswerWords {
  const text = body.trim()
  const json = text.startsWith('{') ? parseObject(text) : null
  if (json === null) {
    const word = text.startsWith('{') ? '' : (text.split(/[\s:]/, 1)[0] ?? '')
    return {
      json: null,
      words: word === '' ? [] : [word],
      text: text.toLowerCase(),
      retryAfterMs: null,
    }
  }
  const error = readObject(json, 'error')
  const places = [
    json['error'],
    json['code'],
    json['id'],
    json['status'],
    error['code'],
    error['status'],
  ]
  const parameters = readObject(json, 'parameters')
  return {
    json,
    words: places.flatMap((value) => {
      if (typeof value === 'number') return [String(value)]
      return typeof value === 'string' ? [value] : []
    }),
    text: [json['error'], json['message'], json['description'], error['message'], error['code']]
      .filter((value) => typeof value === 'string')
      .join(' ')
      .toLowerCase(),
    retryAfterMs: secondsToMs(json['retry_after']) ?? secondsToMs(parameters['retry_after']),
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    // An answer that only looks like JSON holds no error word.
    return null
  }
}

function readObject(
  value: Readonly<Record<string, unknown>>,
  key: string,
): Readonly<Record<string, unknown>> {
  const inner = value[key]
  return isObject(inner) ? inner : {}
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
