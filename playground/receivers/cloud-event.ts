/**
 * Reads the CloudEvents 1.0 of an HTTP request, one that is structured or binary, or a batch, and checks them
 * strictly (cloudevents/spec: spec.md, bindings/http-protocol-binding.md 1.0.2, formats/json-format.md).
 */
import { isObject, parseJson } from './json.ts'

/** The form of a request: an event whole in the body, one with its attributes in headers, or several in a list. */
export type ContentMode = 'structured' | 'binary' | 'batched'

/** A valid event. */
export interface CloudEvent {
  readonly mode: ContentMode
  readonly id: string
  readonly source: string
  readonly type: string
  /** All attributes by name, extensions included, those above too; decoded. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>
  /** Parsed when it is JSON, otherwise as it came. */
  readonly data: unknown
}

/** An event, or why a receiver does not take it: 415 for the format, 400 for the content. */
export type CloudEventReading =
  | { readonly ok: true; readonly event: CloudEvent }
  | { readonly ok: false; readonly status: 400 | 415; readonly reason: string }

type Failure = Extract<CloudEventReading, { ok: false }>
type Attributes = Record<string, string | number | boolean>

interface HttpMessage {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The events of a request, or why a receiver takes none of them. */
export type CloudEventsReading =
  | { readonly ok: true; readonly events: readonly CloudEvent[] }
  | Failure

/** Reads the events of a request in one of the accepted modes: several only in the batched one. */
export function readCloudEvents(
  message: HttpMessage,
  modes: readonly ContentMode[],
): CloudEventsReading {
  const mediaType = mediaTypeOf(message.headers['content-type'] ?? '')
  if (mediaType === BATCH_TYPE) return readBatch(message.body, modes)
  const reading = readCloudEvent(message, modes)
  return reading.ok ? { ok: true, events: [reading.event] } : reading
}

const BATCH_TYPE = 'application/cloudevents-batch+json'

function mediaTypeOf(contentType: string): string {
  return contentType.split(';')[0]?.trim().toLowerCase() ?? ''
}

/** JSON format 1.0.2, section 4: a list of events, each in the structured form. */
function readBatch(body: string, modes: readonly ContentMode[]): CloudEventsReading {
  if (!modes.includes('batched')) return fail(415, 'the batched mode is not accepted')
  const list = parseJson(body)
  if (!Array.isArray(list)) return fail(400, 'the body is not a JSON list')
  const events: CloudEvent[] = []
  for (const value of list as readonly unknown[]) {
    const reading = readStructured(value)
    if (!reading.ok) return reading
    events.push({ ...reading.event, mode: 'batched' })
  }
  return { ok: true, events }
}

/** Reads the one event of a request in one of the accepted modes. */
export function readCloudEvent(
  message: HttpMessage,
  modes: readonly ContentMode[],
): CloudEventReading {
  const contentType = message.headers['content-type']
  if (contentType === undefined) return fail(415, 'Content-Type is missing')
  if (message.body === '') return fail(400, 'the body is empty')
  const mediaType = mediaTypeOf(contentType)
  const mode = mediaType.startsWith('application/cloudevents') ? 'structured' : 'binary'
  if (!modes.includes(mode)) return fail(415, `the ${mode} mode is not accepted`)
  if (mode === 'binary') return readBinary(message, contentType)
  if (mediaType === 'application/cloudevents+json') return readStructured(parseJson(message.body))
  return fail(415, `the format ${mediaType} is not accepted`)
}

function readStructured(value: unknown): CloudEventReading {
  if (!isObject(value)) return fail(400, 'the body is not a JSON object')
  const { data, data_base64: base64, ...rest } = value
  if (data !== undefined && base64 !== undefined) {
    return fail(400, 'data and data_base64 are both present')
  }
  if (base64 !== undefined && !isBase64(base64)) return fail(400, 'data_base64 is not base64')
  const attributes: Attributes = {}
  for (const [name, attribute] of Object.entries(rest)) {
    // JSON format 1.0.2, section 2.2: null is an attribute that is not there.
    if (attribute === null) continue
    if (!isAttributeValue(attribute)) return fail(400, `attribute ${name} has a wrong type`)
    attributes[name] = attribute
  }
  return checkEvent({ mode: 'structured', attributes, data: base64 ?? data })
}

function readBinary({ headers, body }: HttpMessage, contentType: string): CloudEventReading {
  const attributes: Attributes = {}
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith('ce-')) continue
    const name = header.slice('ce-'.length)
    if (name === 'datacontenttype') return fail(400, 'ce-datacontenttype must not be present')
    if (name === 'data') return fail(400, 'ce-data must not be present')
    const decoded = decodeHeader(value)
    if (decoded === null) return fail(400, `header ${header} is not percent-encoded as it must be`)
    attributes[name] = decoded
  }
  if (Object.keys(attributes).length === 0) return fail(415, 'the request carries no CloudEvent')
  attributes['datacontenttype'] = contentType
  const isJson = /^application\/([a-z0-9.+-]+\+)?json\b/i.test(contentType)
  const data = isJson ? parseJson(body) : body
  if (data === undefined) return fail(400, 'data is not the JSON that Content-Type says')
  return checkEvent({ mode: 'binary', attributes, data })
}

/**
 * Undoes the percent-encoding of an attribute. Quoted values of older senders are not read: a sender
 * of today must encode spaces and quotes (binding 3.1.3.2).
 */
function decodeHeader(value: string): string | null {
  if (!/^[\u0021\u0023-\u007e]*$/.test(value)) return null
  try {
    return decodeURIComponent(value)
  } catch {
    // Thrown on a lone percent sign and on bytes that are not UTF-8, overlong forms included.
    return null
  }
}

function checkEvent({
  mode,
  attributes,
  data,
}: {
  mode: ContentMode
  attributes: Attributes
  data: unknown
}): CloudEventReading {
  for (const [name, value] of Object.entries(attributes)) {
    const problem = findAttributeProblem(name, value)
    if (problem !== null) return fail(400, `attribute ${name} ${problem}`)
  }
  for (const name of ['id', 'source', 'specversion', 'type']) {
    if (attributes[name] === undefined) return fail(400, `attribute ${name} is missing`)
  }
  const { id, source, type } = attributes
  return {
    ok: true,
    event: { mode, id: String(id), source: String(source), type: String(type), attributes, data },
  }
}

const isFilled = (value: string): boolean => value !== ''

const RULES: Readonly<Record<string, readonly [(value: string) => boolean, string]>> = {
  id: [isFilled, 'is empty'],
  type: [isFilled, 'is empty'],
  subject: [isFilled, 'is empty'],
  source: [isUriReference, 'is not a URI-reference'],
  specversion: [(value) => value === '1.0', 'is not 1.0'],
  time: [isRfc3339, 'is not an RFC 3339 time'],
  dataschema: [(value) => isUriReference(value) && URL.canParse(value), 'is not a URI'],
  datacontenttype: [isMediaType, 'is not a media type'],
}

function findAttributeProblem(name: string, value: string | number | boolean): string | null {
  // At most 20 characters is a "should" of the spec; receivers with columns of that width exist.
  if (!/^[a-z0-9]{1,20}$/.test(name)) return 'has a name outside a-z and 0-9, or a long one'
  if (typeof value === 'string' && !isAllowedText(value)) return 'has forbidden characters'
  const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined
  if (rule === undefined) return null
  const [isValid, problem] = rule
  return typeof value === 'string' && isValid(value) ? null : problem
}

function isBase64(value: unknown): boolean {
  return typeof value === 'string' && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value)
}

function isAttributeValue(value: unknown): value is string | number | boolean {
  if (typeof value === 'string' || typeof value === 'boolean') return true
  // Integer of the type system: 32 bits, signed.
  return typeof value === 'number' && (value | 0) === value
}

/** No control characters, no lone surrogates, no noncharacters (spec.md, type String). */
function isAllowedText(value: string): boolean {
  return value.isWellFormed() && !/[\p{Cc}\p{Noncharacter_Code_Point}]/u.test(value)
}

function isUriReference(value: string): boolean {
  const hasOnlyUriCharacters = /^(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/.test(value)
  const hasOneFragment = value.split('#').length <= 2
  return hasOnlyUriCharacters && hasOneFragment && URL.canParse(value, 'https://base.example/')
}

function isRfc3339(value: string): boolean {
  const found =
    /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/.exec(
      value,
    )
  if (found === null) return false
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])]
  const date = new Date(Date.UTC(year, month - 1, day))
  // Date carries 30 February over into March, and day 0 back into January.
  return date.getUTCMonth() === month - 1
}

function isMediaType(value: string): boolean {
  return /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;\s*[\w!#$&^.+-]+=([\w!#$&^.+-]+|"[^"]*"))*$/.test(value)
}

function fail(status: 400 | 415, reason: string): Failure {
  return { ok: false, status, reason }
}
