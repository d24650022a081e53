/**
 * Refuses what Discord refuses in a webhook message, in its own codes and words (docs.discord.com: message
 * resource, embed limits; error bodies as in member-gentei#127 and formbricks#5155). Lengths are
 * UTF-16 units: never fewer than characters, so whatever Discord counts, this is not more lenient.
 */
import { isObject, readProperty, showValue } from './json.ts'
import type { JsonObject } from './json.ts'

/** One thing that is wrong, and where. */
export interface FieldError {
  readonly path: readonly string[]
  readonly code: string
  readonly message: string
}

const MAX_CONTENT = 2000
const MAX_EMBEDS = 10
/** Over the texts of all embeds of one message together. */
const MAX_EMBED_TEXT = 6000
const MAX_FIELDS = 25
const MAX_URL = 2048
const MAX_COLOR = 0xff_ff_ff
const MENTION_KINDS = ['everyone', 'roles', 'users']

type Path = readonly string[]

/** Finds everything in a message that Discord would refuse; empty when it would take it. */
export function findMessageErrors(payload: JsonObject): readonly FieldError[] {
  const { content, embeds, username, avatar_url: avatar } = payload
  return [
    ...checkText(content, { path: ['content'], max: MAX_CONTENT }),
    ...checkUsername(username),
    ...checkUrl(avatar, ['avatar_url']),
    ...checkList(embeds, { path: ['embeds'], max: MAX_EMBEDS, check: checkEmbed }),
    ...checkEmbedText(embeds),
    ...checkMentions(payload['allowed_mentions']),
  ]
}

/** Puts errors into the tree that Discord answers: one level for each step of the path. */
export function nestErrors(errors: readonly FieldError[]): Record<string, unknown> {
  const byKey = new Map<string, FieldError[]>()
  const here: Pick<FieldError, 'code' | 'message'>[] = []
  for (const { path, code, message } of errors) {
    const [key, ...rest] = path
    if (key === undefined) here.push({ code, message })
    else byKey.set(key, [...(byKey.get(key) ?? []), { path: rest, code, message }])
  }
  const nested = [...byKey].map(([key, inner]) => [key, nestErrors(inner)] as const)
  return { ...Object.fromEntries(nested), ...(here.length > 0 ? { _errors: here } : {}) }
}

function checkEmbed(embed: unknown, path: Path): readonly FieldError[] {
  if (!isObject(embed)) return [notADictionary(path)]
  const { title, description, url, timestamp, color, footer, author, fields } = embed
  const { image, thumbnail } = embed
  const shown = [title, description, footer, author, fields, image, thumbnail]
  if (shown.every(isMissing)) return [required([...path, 'description'])]
  return [
    ...checkText(title, { path: [...path, 'title'], max: 256 }),
    ...checkText(description, { path: [...path, 'description'], max: 4096 }),
    ...checkUrl(url, [...path, 'url']),
    ...checkTimestamp(timestamp, [...path, 'timestamp']),
    ...checkColor(color, [...path, 'color']),
    ...checkPart(footer, { path: [...path, 'footer'], key: 'text', max: 2048 }),
    ...checkPart(author, { path: [...path, 'author'], key: 'name', max: 256 }),
    ...checkPicture(image, [...path, 'image']),
    ...checkPicture(thumbnail, [...path, 'thumbnail']),
    ...checkList(fields, { path: [...path, 'fields'], max: MAX_FIELDS, check: checkField }),
  ]
}

function checkField(field: unknown, path: Path): readonly FieldError[] {
  if (!isObject(field)) return [notADictionary(path)]
  const { name, value, inline } = field
  const isBoolean = inline === undefined || typeof inline === 'boolean'
  return [
    ...checkRequired(name, { path: [...path, 'name'], max: 256 }),
    ...checkRequired(value, { path: [...path, 'value'], max: 1024 }),
    ...(isBoolean
      ? []
      : [fail([...path, 'inline'], 'BOOLEAN_TYPE_CONVERT', 'Must be either true or false.')]),
  ]
}

/** The footer and the author: one required text, and addresses. */
function checkPart(
  value: unknown,
  { path, key, max }: { path: Path; key: string; max: number },
): readonly FieldError[] {
  if (value === undefined || value === null) return []
  if (!isObject(value)) return [notADictionary(path)]
  return [
    ...checkRequired(value[key], { path: [...path, key], max }),
    ...checkUrl(value['url'], [...path, 'url']),
    ...checkUrl(value['icon_url'], [...path, 'icon_url']),
  ]
}

function checkPicture(value: unknown, path: Path): readonly FieldError[] {
  if (value === undefined || value === null) return []
  if (!isObject(value)) return [notADictionary(path)]
  return isMissing(value['url'])
    ? [required([...path, 'url'])]
    : checkUrl(value['url'], [...path, 'url'])
}

function checkEmbedText(embeds: unknown): readonly FieldError[] {
  const total = Array.isArray(embeds)
    ? embeds.reduce((sum: number, embed: unknown) => sum + countEmbedText(embed), 0)
    : 0
  if (total <= MAX_EMBED_TEXT) return []
  const message = `Embed size exceeds maximum size of ${MAX_EMBED_TEXT}`
  return [fail(['embeds'], 'MAX_EMBED_SIZE_EXCEEDED', message)]
}

/** Title, description, field names and values, footer text and author name: so the documentation. */
function countEmbedText(embed: unknown): number {
  if (!isObject(embed)) return 0
  const { title, description, footer, author, fields } = embed
  const texts = [title, description, readProperty(footer, 'text'), readProperty(author, 'name')]
  if (Array.isArray(fields)) {
    for (const field of fields)
      texts.push(readProperty(field, 'name'), readProperty(field, 'value'))
  }
  return texts.reduce<number>((sum, text) => sum + (typeof text === 'string' ? text.length : 0), 0)
}

function checkMentions(value: unknown): readonly FieldError[] {
  if (value === undefined || value === null) return []
  const path = ['allowed_mentions']
  if (!isObject(value)) return [notADictionary(path)]
  return checkList(value['parse'], {
    path: [...path, 'parse'],
    max: MENTION_KINDS.length,
    check: (kind, at) =>
      MENTION_KINDS.includes(String(kind))
        ? []
        : [fail(at, 'BASE_TYPE_CHOICES', "Value must be one of {'everyone', 'roles', 'users'}.")],
  })
}

function checkUsername(value: unknown): readonly FieldError[] {
  if (value === undefined || value === null) return []
  const path = ['username']
  if (typeof value !== 'string') return checkText(value, { path, max: 80 })
  if (value.trim() === '' || value.length > 80) {
    return [fail(path, 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 80 in length.')]
  }
  const forbidden = ['clyde', 'discord'].find((word) => value.toLowerCase().includes(word))
  if (forbidden === undefined) return []
  return [fail(path, 'USERNAME_INVALID_CONTAINS', `Username cannot contain "${forbidden}"`)]
}

function checkRequired(
  value: unknown,
  { path, max }: { path: Path; max: number },
): readonly FieldError[] {
  // Discord trims before it looks: a text of spaces alone is no text.
  return isMissing(value) ? [required(path)] : checkText(value, { path, max })
}

function checkText(
  value: unknown,
  { path, max }: { path: Path; max: number },
): readonly FieldError[] {
  if (value === undefined || value === null) return []
  if (typeof value !== 'string') {
    return [
      fail(path, 'STRING_TYPE_CONVERT', `Could not interpret "${showValue(value)}" as string.`),
    ]
  }
  return value.length > max ? [tooLong(path, max)] : []
}

function checkUrl(value: unknown, path: Path): readonly FieldError[] {
  if (value === undefined || value === null) return []
  const problems = checkText(value, { path, max: MAX_URL })
  if (problems.length > 0 || typeof value !== 'string') return problems
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(value)?.[1]
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    const message = `Scheme "${scheme}" is not supported. Scheme must be one of ('http', 'https').`
    return [fail(path, 'URL_TYPE_INVALID_SCHEME', message)]
  }
  return /^https?:\/\/[^\s/]+\S*$/.test(value)
    ? []
    : [fail(path, 'URL_TYPE_INVALID_URL', 'Not a well formed URL.')]
}

function checkTimestamp(value: unknown, path: Path): readonly FieldError[] {
  if (value === undefined || value === null) return []
  const isTime = typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value)
  if (isTime && !Number.isNaN(Date.parse(value))) return []
  const message = `Could not parse ${showValue(value)}. Should be ISO8601.`
  return [fail(path, 'DATE_TIME_TYPE_PARSE', message)]
}

function checkColor(value: unknown, path: Path): readonly FieldError[] {
  if (value === undefined || value === null) return []
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    return [fail(path, 'NUMBER_TYPE_COERCE', `Value "${showValue(value)}" is not int.`)]
  }
  if (value < 0) {
    return [fail(path, 'NUMBER_TYPE_MIN', 'int value should be greater than or equal to 0.')]
  }
  return value > MAX_COLOR
    ? [fail(path, 'NUMBER_TYPE_MAX', `int value should be less than or equal to ${MAX_COLOR}.`)]
    : []
}

function checkList(
  value: unknown,
  {
    path,
    max,
    check,
  }: { path: Path; max: number; check: (item: unknown, path: Path) => readonly FieldError[] },
): readonly FieldError[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) {
    return [fail(path, 'LIST_TYPE_CONVERT', 'Only iterables may be used in a ListType')]
  }
  if (value.length > max) return [tooLong(path, max)]
  return value.flatMap((item: unknown, index) => check(item, [...path, String(index)]))
}

function tooLong(path: Path, max: number): FieldError {
  return fail(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`)
}

function required(path: Path): FieldError {
  return fail(path, 'BASE_TYPE_REQUIRED', 'This field is required')
}

function notADictionary(path: Path): FieldError {
  return fail(path, 'DICT_TYPE_CONVERT', 'Only dictionaries may be used in a DictType')
}

function fail(path: Path, code: string, message: string): FieldError {
  return { path, code, message }
}

function isMissing(value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'string' && value.trim() === ''
}
