/**
 * Lays a parcel out as one CloudEvent over HTTP, or as a batch of them
 * (https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md).
 */
import { buildEventBody, type EventData } from '../event-body.ts'
import type { Delivery, OutgoingRequest, Parcel } from '../receiver.ts'

/** The number of digits of `Number.MAX_SAFE_INTEGER`. */
const SEQUENCE_DIGITS = 16

/** Whether the attributes of a single event stand beside the data (structured) or in headers (binary). */
export type CloudEventsMode = 'structured' | 'binary'

type Attributes = Readonly<Record<string, string>>

/** The place of a receiver, and the headers of every request to it. */
interface Target {
  readonly href: string
  readonly headers: Readonly<Record<string, string>>
}

/** The request that tells a parcel. A batch is always structured, as the binding knows no binary one. */
export function layOutCloudEvents(
  { deliveries }: Parcel,
  mode: CloudEventsMode,
  target: Target,
): OutgoingRequest {
  const [delivery] = deliveries
  if (deliveries.length > 1) {
    return writeJson('application/cloudevents-batch+json', deliveries.map(layOutEntry), target)
  }
  if (mode === 'structured') {
    return writeJson('application/cloudevents+json', layOutEntry(delivery), target)
  }
  const { type, timestamp, data } = buildEventBody(delivery)
  return writeBinary(attributesOf(delivery, type, timestamp), data, target)
}

/** One delivery as a structured event, alone or in a batch. */
export function layOutEntry(delivery: Delivery): object {
  const { type, timestamp, data } = buildEventBody(delivery)
  const attributes = attributesOf(delivery, type, timestamp)
  return { ...attributes, datacontenttype: 'application/json', data }
}

function writeJson(mediaType: string, content: object, { href, headers }: Target): OutgoingRequest {
  return {
    url: href,
    headers: { ...headers, 'content-type': `${mediaType}; charset=utf-8` },
    body: JSON.stringify(content),
  }
}

/** Section 3.1 of the binding: `datacontenttype` is the Content-Type, every other attribute is a header. */
function writeBinary(
  attributes: Attributes,
  data: EventData,
  { href, headers }: Target,
): OutgoingRequest {
  const named = Object.entries(attributes).map(([name, value]) => [
    `ce-${name}`,
    encodeAttribute(value),
  ])
  return {
    url: href,
    headers: {
      ...headers,
      ...Object.fromEntries(named),
      'content-type': 'application/json',
    },
    body: JSON.stringify(data),
  }
}

/**
 * The attributes without `datacontenttype`. `sequence` belongs to the extension of this name
 * (https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/sequence.md): a text that sorts like
 * the number. `sequencetype` does not say `Integer`, as that promises no gaps, and filters make gaps.
 */
function attributesOf(delivery: Delivery, type: string, time: string): Attributes {
  const { id, sequence, event } = delivery
  return {
    specversion: '1.0',
    id,
    source: sourceOf(delivery),
    type,
    time,
    ...(event.field !== null && { subject: `${event.field.entityId}/${event.field.fieldName}` }),
    ...(sequence !== null && { sequence: String(sequence).padStart(SEQUENCE_DIGITS, '0') }),
  }
}

/** The portal as an absolute URI; a URN while its host is not known. */
function sourceOf({ domain, memberId }: Delivery): string {
  const portal = encodeURIComponent(memberId.toWellFormed())
  const base = `https://${domain ?? ''}/`
  if (domain === null || !URL.canParse(base)) return `urn:bitrix24:${portal}`
  return `https://${new URL(base).host}/${portal}`
}

/**
 * Section 3.1.3.2: all but printable ASCII, and the space, the quote and the percent sign, percent-encoded.
 */
function encodeAttribute(value: string): string {
  return value.toWellFormed().replace(/[^!#$&-~]/gu, (character) => encodeURIComponent(character))
}
