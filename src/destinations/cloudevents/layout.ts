/**
 * Lays one delivery out as a CloudEvent over HTTP
 * (https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md).
 */
import { buildEventBody, type EventData } from '../event-body.ts'
import type { Delivery, OutgoingRequest } from '../receiver.ts'

/** The number of digits of `Number.MAX_SAFE_INTEGER`. */
const SEQUENCE_DIGITS = 16

/** Whether the attributes stand beside the data (structured) or in headers (binary). */
export type CloudEventsMode = 'structured' | 'binary'

type Attributes = Readonly<Record<string, string>>

/** The request that tells one delivery. */
export function layOutCloudEvents(
  delivery: Delivery,
  mode: CloudEventsMode,
  { href, headers }: { href: string; headers: Readonly<Record<string, string>> },
): OutgoingRequest {
  const { type, timestamp, data } = buildEventBody(delivery)
  const attributes = attributesOf(delivery, type, timestamp)
  if (mode === 'binary') return writeBinary(attributes, data, { href, headers })
  return {
    url: href,
    headers: { ...headers, 'content-type': 'application/cloudevents+json; charset=utf-8' },
    body: JSON.stringify({ ...attributes, datacontenttype: 'application/json', data }),
  }
}

/** Section 3.1 of the binding: `datacontenttype` is the Content-Type, every other attribute is a header. */
function writeBinary(
  attributes: Attributes,
  data: EventData,
  { href, headers }: { href: string; headers: Readonly<Record<string, string>> },
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
