/**
 * Reads a message of an incoming webhook as Mattermost takes it
 * (developers.mattermost.com/integrate/webhooks/incoming and …/reference/message-attachments). It is stricter
 * than the real server, which ignores properties that it does not know. Here they are errors, because a
 * misspelt property never reaches the reader.
 */
import { isObject } from './json.ts'
import type { JsonObject } from './json.ts'

/** Characters of a post; here of the text and the attachments together. */
const MAX_POST = 16_383

/** An error of Mattermost by its id, without `web.incoming_webhook.` and `.app_error`. */
export interface MattermostError {
  readonly name: string
  readonly message: string
  readonly status: number
}

/** A message as far as every reader needs it. */
export interface MattermostPayload {
  readonly text?: string
  readonly attachments?: readonly JsonObject[]
  readonly [key: string]: unknown
}

const NOT_PARSED: MattermostError = {
  name: 'parse',
  message: 'Unable to parse incoming data.',
  status: 400,
}
const NO_TEXT: MattermostError = { name: 'text', message: 'No text specified.', status: 400 }

/** Reads a message; the error that Mattermost would answer when it does not take it. */
export function readMattermostPayload(value: unknown): MattermostPayload | MattermostError {
  if (!isObject(value) || !hasShape(value, MESSAGE)) return NOT_PARSED
  const { text = '', attachments = [] } = value
  if (typeof text !== 'string' || !isAttachmentList(attachments)) return NOT_PARSED
  if (text.trim() === '' && attachments.length === 0) return NO_TEXT
  const size =
    countCharacters(text) +
    (attachments.length === 0 ? 0 : countCharacters(JSON.stringify(attachments)))
  if (size > MAX_POST) {
    const message = `Maximum text length is ${MAX_POST} characters, received size is ${size}.`
    return { name: 'text.length', message, status: 400 }
  }
  return value
}

/** Whether reading a message gave an error. */
export function isMattermostError(
  read: MattermostPayload | MattermostError,
): read is MattermostError {
  return typeof read['status'] === 'number'
}

type Shape = Readonly<Record<string, (value: unknown) => boolean>>

const isText = (value: unknown): boolean => typeof value === 'string'

const MESSAGE: Shape = {
  text: isText,
  channel: isText,
  username: isText,
  icon_url: isText,
  icon_emoji: isText,
  type: isText,
  attachments: Array.isArray,
  props: isObject,
  priority: isObject,
}

const FIELD: Shape = {
  title: isText,
  value: isText,
  short: (value) => typeof value === 'boolean',
}

const ATTACHMENT: Shape = {
  fallback: isText,
  color: (value) =>
    typeof value === 'string' && /^(#[0-9a-fA-F]{6}|good|warning|danger)$/.test(value),
  pretext: isText,
  text: isText,
  author_name: isText,
  author_link: isUrl,
  author_icon: isUrl,
  title: isText,
  title_link: isUrl,
  fields: (value) =>
    Array.isArray(value) && value.every((field) => isObject(field) && hasShape(field, FIELD)),
  image_url: isUrl,
  thumb_url: isUrl,
  footer: isText,
  footer_icon: isUrl,
}

function isAttachmentList(value: unknown): value is readonly JsonObject[] {
  return (
    Array.isArray(value) &&
    value.every((attachment) => isObject(attachment) && hasShape(attachment, ATTACHMENT))
  )
}

function hasShape(value: JsonObject, shape: Shape): boolean {
  return Object.entries(value).every(([key, inner]) => shape[key]?.(inner) === true)
}

function isUrl(value: unknown): boolean {
  return typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value)
}

/** Mattermost counts code points (Go runes). */
function countCharacters(text: string): number {
  return Array.from(text).length
}
