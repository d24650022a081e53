/**
 * Lays a message out for Discord as one embed. Nobody is ever notified: `allowed_mentions` lets no mention
 * through, and mentions in embeds are silent anyway.
 */
import { isOneTime, joinTexts, writeRest, writeTimes } from '../message/text/joined-text.ts'
import type { Group, Message } from '../message/message.ts'
import type { Span } from '../message/text/line.ts'
import { limitOf } from '../profile.ts'
import { DISCORD } from './profile.ts'
import { linkDiscord, writeDiscord } from './text.ts'

const MAX_TITLE = limitOf(DISCORD, 'embed title')

/** The embed that our messages consist of. */
export interface DiscordEmbed {
  readonly title?: string
  readonly description: string
  readonly footer?: { readonly text: string }
  /** ISO 8601; Discord shows it in each reader's own zone. */
  readonly timestamp?: string
}

/** The payload of a webhook. */
export interface DiscordMessage {
  readonly embeds: readonly [DiscordEmbed]
  readonly allowed_mentions: { readonly parse: readonly [] }
}

/** Lays a message out with all of its lines. */
export function layOutDiscord(message: Message): DiscordMessage {
  const title = writeDiscord(message.title.map(withoutStrong))
  const isTitle = title.length <= MAX_TITLE
  const head = [
    ...(isTitle ? [] : [writeDiscord(message.title)]),
    writeDiscord(message.lead),
    message.alert ?? '',
  ]
  const blocks = [
    joinTexts(head, '\n'),
    ...message.groups.map(writeGroup),
    writeRest(message, { writeLink: linkDiscord }),
    message.link === null ? '' : linkDiscord(message.link),
    writeSpanOfTime(message),
  ]
  const footer = joinTexts([message.portal, ...message.notes], ' · ')
  return withEmbed({
    ...(isTitle && { title }),
    description: joinTexts(blocks, '\n\n'),
    ...(footer !== '' && { footer: { text: footer } }),
    timestamp: new Date(message.lastAt).toISOString(),
  })
}

/** A title is bold anyway, so its words need no style for it. */
function withoutStrong(span: Span): Span {
  return span.style === 'strong' ? { ...span, style: 'plain' } : span
}

/** The payload with one embed; `allowed_mentions` lets no mention through. */
export function withEmbed(embed: DiscordEmbed): DiscordMessage {
  return { embeds: [embed], allowed_mentions: { parse: [] } }
}

function writeGroup({ heading, lines }: Group): string {
  const items = lines.map(({ text }) => `- ${writeDiscord(text)}`)
  return joinTexts([writeDiscord(heading), ...items], '\n')
}

/** The time of an embed is a single moment, so a digest tells its first and its last minute in a line. */
function writeSpanOfTime(message: Message): string {
  return isOneTime(message) ? '' : writeTimes(message, (at) => `<t:${Math.floor(at / 1000)}:f>`)
}
