/**
 * The receiver `cloudevents`: CloudEvents 1.0 over HTTP
 * (https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md), one event a
 * request, structured or binary.
 */
import { err, ok, type Result } from '../../core/result.ts'
import { createHandshake, paceOfLeave, REQUEST_ORIGIN } from './handshake.ts'
import type {
  Delivery,
  Receiver,
  DestinationType,
  ReceiverTerms,
  OutgoingRequest,
  Settings,
} from '../receiver.ts'
import type { SettingProblem } from '../settings/setting-problem.ts'
import { buildEventBody, type EventData } from '../event-body.ts'
import { judgeByProfile } from '../answers/judge.ts'
import { CLOUDEVENTS } from './profile.ts'
import { readUrl, secretsOfUrl } from '../settings/url-setting.ts'

const MAX_BEARER_LENGTH = 4096

// token68 of RFC 9110, section 11.2; shorter ones could not be looked for in reasons.
const BEARER = /^[A-Za-z0-9._~+/-]{6,}=*$/

/** Digits of `Number.MAX_SAFE_INTEGER`. */
const SEQUENCE_DIGITS = 16

type Mode = 'structured' | 'binary'

type Attributes = Readonly<Record<string, string>>

/** CloudEvents; 410 disables the lane, 400, 413, 415 and 422 set the one message aside. */
export const cloudevents: DestinationType = {
  type: 'cloudevents',
  reader: 'machine',
  profile: CLOUDEVENTS,
  create: createCloudEvents,
}

function createCloudEvents(
  settings: Settings,
  { policy }: ReceiverTerms,
): Result<Receiver, readonly SettingProblem[]> {
  const url = readUrl(settings['url'], policy)
  const mode = readMode(settings['mode'])
  const bearer = readBearer(settings['bearer'])
  const handshake = readHandshake(settings['handshake'])
  if (!url.ok || !mode.ok || !bearer.ok || !handshake.ok) {
    return err([url, mode, bearer, handshake].flatMap((read) => (read.ok ? [] : [read.error])))
  }
  const { href } = url.value
  const proof = {
    'user-agent': 'bitrix24-event-relay',
    ...(bearer.value !== null && { authorization: `Bearer ${bearer.value}` }),
  }
  const headers = handshake.value ? { ...proof, 'webhook-request-origin': REQUEST_ORIGIN } : proof
  return ok({
    prepare: async ({ deliveries: [delivery] }) => write(delivery, mode.value, { href, headers }),
    judge: (answer, now) => judgeByProfile(CLOUDEVENTS, answer, now),
    policy,
    paceKey: href,
    pace: (memory) => (handshake.value ? paceOfLeave(memory) : CLOUDEVENTS.pace),
    carefulMs: CLOUDEVENTS.carefulMs,
    handshake: handshake.value ? createHandshake(href, proof) : null,
    secrets: [...secretsOfUrl(url.value), ...(bearer.value === null ? [] : [bearer.value])],
  })
}

function write(
  delivery: Delivery,
  mode: Mode,
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

/** Section 3.1 of the binding: `datacontenttype` is the Content-Type, all others stand in headers. */
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
 * The attributes beside `datacontenttype`. `sequence` is that of the extension of this name
 * (https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/sequence.md): texts that sort like the
 * numbers. Its type `Integer` is not claimed, as that promises no gaps and filters make some.
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

/** The portal, as an absolute URI also while its address is not known. */
function sourceOf({ domain, memberId }: Delivery): string {
  const portal = encodeURIComponent(memberId.toWellFormed())
  const base = `https://${domain ?? ''}/`
  if (domain === null || !URL.canParse(base)) return `urn:bitrix24:${portal}`
  return `https://${new URL(base).host}/${portal}`
}

/** Section 3.1.3.2: what is not printable ASCII, the space, the quote and the percent sign, in UTF-8. */
function encodeAttribute(value: string): string {
  return value.toWellFormed().replace(/[^!#$&-~]/gu, (character) => encodeURIComponent(character))
}

function readMode(setting: unknown): Result<Mode, SettingProblem> {
  if (setting === undefined) return ok('structured')
  if (setting === 'structured' || setting === 'binary') return ok(setting)
  return err({ setting: 'mode', problem: 'Must be "structured" or "binary"' })
}

function readBearer(setting: unknown): Result<string | null, SettingProblem> {
  if (setting === undefined) return ok(null)
  const isToken = typeof setting === 'string' && BEARER.test(setting)
  if (isToken && setting.length <= MAX_BEARER_LENGTH) return ok(setting)
  const wanted = 'letters, digits and - . _ ~ + /, without the word Bearer'
  const problem = `Must be a token of 6 to ${MAX_BEARER_LENGTH} characters: ${wanted}`
  return err({ setting: 'bearer', problem })
}

function readHandshake(setting: unknown): Result<boolean, SettingProblem> {
  if (setting === undefined || setting === false || setting === 'false') return ok(false)
  if (setting === true || setting === 'true') return ok(true)
  return err({ setting: 'handshake', problem: 'Must be true or false' })
}
