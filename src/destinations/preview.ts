/**
 * The message that a receiver would get, without sending it: made by the destination's own template, language and
 * limits. It shows no secret.
 */
import * as v from 'valibot'
import type { Json } from '../core/log/event.ts'
import {
  MessageViewSchema,
  type MessageLine,
  type MessageView,
} from '../core/views/message-view.ts'
import { maskSecrets } from '../core/safety/redact.ts'
import type { AttemptTerms, Delivery, Parcel, Receiver } from './receiver.ts'
import type { Message } from './message/message.ts'
import type { Line } from './message/text/line.ts'
import { SAMPLE_PARCEL } from './message/sample.ts'

/** A message as its receiver would get it. */
export interface Preview {
  /** The headers that describe the message. The headers that prove its sender are left out. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Json
  /** Its parts before they are laid out; null for a machine, and where a template has words of its own. */
  readonly message: MessageView | null
}

/** The headers that are shown, beside those of CloudEvents. */
const SHOWN_HEADERS: ReadonlySet<string> = new Set(['content-type', 'webhook-id'])

/** Makes the message of a parcel, and takes everything out of it that must not be shown. */
export async function previewParcel(
  receiver: Receiver,
  parcel: Parcel,
  terms: AttemptTerms,
): Promise<Preview> {
  const { headers, body } = await receiver.prepare(parcel, terms)
  const shown = Object.entries(headers).filter(
    ([name]) => SHOWN_HEADERS.has(name) || name.startsWith('ce-'),
  )
  const message = receiver.compose?.(parcel, terms.now) ?? null
  return {
    headers: Object.fromEntries(shown),
    body: parse(maskSecrets(body, receiver.secrets)),
    message: message === null ? null : viewOf(message, receiver.secrets),
  }
}

/** The parts of a message without secrets; null in the rare case that their form is lost with a secret. */
function viewOf(message: Message, secrets: readonly string[]): MessageView | null {
  const { title, lead, alert, groups, more, notes, link, portal } = message
  const view: MessageView = {
    title: lineOf(title),
    lead: lineOf(lead),
    alert,
    groups: groups.map(({ heading, lines }) => ({
      heading: lineOf(heading),
      lines: lines.map(({ text }) => lineOf(text)),
    })),
    notes: more === null ? notes : [more.text, ...notes],
    link: link?.text ?? null,
    portal,
  }
  const parsed = v.safeParse(MessageViewSchema, parse(maskSecrets(JSON.stringify(view), secrets)))
  return parsed.success ? parsed.output : null
}

function lineOf(line: Line): MessageLine {
  return line.map(({ text, style }) => ({ text, style }))
}

/**
 * Every receiver is told JSON; a text that is none any more, because a secret was taken out of it, is shown as it is.
 */
function parse(text: string): Json {
  try {
    // Sound: any JSON value is one.
    return JSON.parse(text) as Json
  } catch {
    // Swallows a SyntaxError.
    return text
  }
}

/**
 * A parcel about an invented event that has just come, as one of this portal would be; `now` is in unix milliseconds.
 * An event of another time would be said to come late.
 */
export function sampleParcel(
  portal: Pick<Delivery, 'memberId' | 'domain'> | null,
  now: number,
): Parcel {
  const [sample] = SAMPLE_PARCEL.deliveries
  const delivery: Delivery = {
    ...sample,
    ...portal,
    receivedAt: now,
    event: { ...sample.event, ts: Math.floor(now / 1000) },
    enrichment: { ...sample.enrichment, readAt: now },
  }
  return { ...SAMPLE_PARCEL, deliveries: [delivery] }
}
