/**
 * One condition of the setting `when`, for example `data.FIELDS.CATEGORY_ID = 9`. The grammar:
 *
 *     condition = path ("=" value | "!=" value | "in" "(" value {"," value} ")" | "exists")
 *     path      = "subject.kind" | "subject.id" | "data" {"." key}
 *
 * A key or a value is a word, or any text in quotes, double or single. Values are compared as texts, since Bitrix24
 * sends texts.
 */
import { subjectOf } from '../../events/subject-of.ts'
import type { Json, RelayEvent } from '../../log/event.ts'
import { err, ok, type Result } from '../../result.ts'

/** The most characters of one condition. */
export const MAX_CONDITION_LENGTH = 200

/** A condition that was understood. */
export interface Condition {
  /** The keys from the event to the value: `data` and further ones, or `subject` and one of its members. */
  readonly path: readonly string[]
  readonly operator: '=' | '!=' | 'in' | 'exists'
  /** The values to compare with: several for `in` only, and none for `exists`. */
  readonly values: readonly string[]
}

/** The place where a condition is wrong. */
export interface ConditionFault {
  /** The character from which on it is not understood, counted from 1. */
  readonly position: number
  /** The words for what has to stand there. */
  readonly wanted: string
}

const PATH = 'subject.kind, subject.id, or data with keys behind dots'
const END = 'the end; what must hold as well is a condition of its own'

/** Makes a condition of its text. */
export function parseCondition(text: string): Result<Condition, ConditionFault> {
  if (text.length > MAX_CONDITION_LENGTH) {
    const wanted = `the end, since a condition has at most ${MAX_CONDITION_LENGTH} characters`
    return err({ position: MAX_CONDITION_LENGTH + 1, wanted })
  }
  const reader = new TextReader(text)
  const path = readPath(reader)
  if (path === null) return reader.fault(PATH)
  const operator = readOperator(reader)
  if (operator === null) return reader.fault('=, !=, in or exists')
  const values = readValues(reader, operator)
  if (!values.ok) return values
  return reader.isAtEnd() ? ok({ path, operator, values: values.value }) : reader.fault(END)
}

/** Reads a text from its begin to its end, piece by piece; blanks between pieces do not count. */
class TextReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
    this.#skipBlanks()
  }

  /** The next piece, where it has this form, without the quotes around it. */
  take(form: RegExp): string | null {
    const sticky = new RegExp(form, 'y')
    sticky.lastIndex = this.#at
    const found = sticky.exec(this.#text)
    if (found === null) return null
    this.#at = sticky.lastIndex
    this.#skipBlanks()
    return found.slice(1).find((group) => group !== undefined) ?? found[0]
  }

  isAtEnd(): boolean {
    return this.#at === this.#text.length
  }

  fault(wanted: string): Result<never, ConditionFault> {
    return err({ position: this.#at + 1, wanted })
  }

  #skipBlanks(): void {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at += 1
  }
}

const KEY = /"([^"]*)"|'([^']*)'|([^\s"'=!(),.]+)/
const VALUE = /"([^"]*)"|'([^']*)'|([^\s"'=!(),]+)/

/** The path at this place of the text; null where none stands there. */
function readPath(reader: TextReader): readonly string[] | null {
  const root = reader.take(/subject\s*\.\s*(kind|id)(?![^\s=!])|data(?![^\s.=!])/)
  if (root === null) return null
  if (root !== 'data') return ['subject', root]
  const path = [root]
  while (reader.take(/\./) !== null) {
    const key = reader.take(KEY)
    if (key === null) return null
    path.push(key)
  }
  return path
}

function readOperator(reader: TextReader): Condition['operator'] | null {
  const word = reader.take(/!=|=|in(?=[\s(]|$)|exists(?!\S)/)
  // Sound: the form above takes these words only.
  return word as Condition['operator'] | null
}

function readValues(
  reader: TextReader,
  operator: Condition['operator'],
): Result<readonly string[], ConditionFault> {
  if (operator === 'exists') return ok([])
  const isList = operator === 'in'
  if (isList && reader.take(/\(/) === null) return reader.fault('a list of values in parentheses')
  const values: string[] = []
  for (let isMore = true; isMore; isMore = isList && reader.take(/,/) !== null) {
    const value = reader.take(VALUE)
    if (value === null) return reader.fault('a value; one of several words stands in quotes')
    values.push(value)
  }
  return isList && reader.take(/\)/) === null ? reader.fault('"," or ")"') : ok(values)
}

/**
 * Whether an event meets a condition. A path that leads to nothing meets only `!=`; one that leads to a list or to an
 * object meets `exists` as well.
 */
export function isMet({ path, operator, values }: Condition, event: RelayEvent): boolean {
  const found = valueAt(path, event)
  if (operator === 'exists') return found !== null
  const isEqual = found !== null && typeof found !== 'object' && values.includes(String(found))
  return operator === '!=' ? !isEqual : isEqual
}

/** The value at the end of a path; null where there is none. */
function valueAt([root, ...keys]: readonly string[], event: RelayEvent): Json {
  // The domain is needed for links alone, and no link is made here.
  const { kind = null, id = null } = root === 'subject' ? (subjectOf(event, null) ?? {}) : {}
  return keys.reduce<Json>(memberOf, root === 'subject' ? { kind, id } : event.data)
}

function memberOf(value: Json, key: string): Json {
  if (typeof value !== 'object' || value === null) return null
  // The member `length` of a list is no member that Bitrix24 has sent.
  if (Array.isArray(value) && !/^\d+$/.test(key)) return null
  return Object.entries(value).find(([name]) => name === key)?.[1] ?? null
}
