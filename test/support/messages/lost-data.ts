/** Compares the body that a webhook got with the data that Bitrix24 sent: no datum may be lost on the way. */
import { canonicalName, deliveryType } from '../../../src/core/events/event-names.ts'
import type { Json } from '../../../src/core/log/event.ts'
import type { DocumentedEvent } from '../builders/documented-events.ts'

/** The part of a webhook's body in which data stand. */
export interface SentData {
  readonly type: string
  readonly data: {
    readonly sequence: number
    readonly fields: Json
    readonly payload?: Json
  }
}

/** What the webhook lacks of an event: each leaf has to be there, or to be a token. */
export function lostData(line: DocumentedEvent, sent: SentData | undefined): readonly string[] {
  const { event, data } = line
  const wanted = line.meaning.match(/^(?!user_field)\w+_user_field/) === null ? data : null
  const type = deliveryType(canonicalName(event) ?? '')
  if (sent === undefined || sent.type !== type) return [`${line.line}: ${sent?.type} for ${type}`]
  if (wanted === null) return lostField(line, sent)
  return differences(wanted, sent.data.payload ?? null, '').map((path) => `${line.line}: ${path}`)
}

/** The three members that the documentation has of a field, which in two samples are written in camelCase. */
function lostField(
  { line, data }: DocumentedEvent,
  { data: { fields } }: SentData,
): readonly string[] {
  const leaves = leavesOf(data).map(([, leaf]) => leaf)
  const told = leavesOf(fields).map(([, leaf]) => leaf)
  return leaves.filter((leaf) => !told.includes(leaf)).map((leaf) => `${line}: ${leaf}`)
}

/** Every value without inner values, with its path. */
export function leavesOf(
  value: Json,
  path = '',
): readonly (readonly [path: string, leaf: string])[] {
  if (value === null || typeof value !== 'object') return [[path, String(value)]]
  return Object.entries(value).flatMap(([key, member]: [string, Json]) =>
    leavesOf(member, `${path}.${key}`),
  )
}

/** The paths at which two values differ, but those of tokens, which are taken off. */
function differences(sent: Json, got: Json, path: string): readonly string[] {
  if (got === '[removed]') return IS_TOKEN.test(path) ? [] : [`${path} was removed`]
  if (sent === null || got === null || typeof sent !== 'object' || typeof got !== 'object') {
    return sent === got ? [] : [`${path}: ${JSON.stringify(got)} for ${JSON.stringify(sent)}`]
  }
  const keys = new Set([...Object.keys(sent), ...Object.keys(got)])
  const [one, other] = [Object(sent), Object(got)]
  return [...keys].flatMap((key) => {
    if (!(key in one) || !(key in other)) return [`${path}.${key} is missing`]
    return differences(one[key], other[key], `${path}.${key}`)
  })
}

const IS_TOKEN = /token|auth$|secret|api-key/i
