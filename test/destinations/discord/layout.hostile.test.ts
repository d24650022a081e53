/** Hostile texts of the CRM in Discord: they are read back by CommonMark, and searched for Discord's own forms. */
import { findMessageErrors } from '../../../playground/receivers/discord-embeds.ts'
import { layOutDiscord } from '../../../src/destinations/discord/layout.ts'
import { discord } from '../../../src/destinations/discord/receiver.ts'
import { linkDiscord } from '../../../src/destinations/discord/text.ts'
import type { Line } from '../../../src/destinations/message/text/line.ts'
import type { Link, Message } from '../../../src/destinations/message/message.ts'
import { describeChat } from '../../contract/chat-contract.ts'
import { findDiscordForms } from '../../support/messages/discord-forms.ts'
import {
  linkPiece,
  mergePieces,
  piecesOf,
  plainPiece,
  readMarkdown,
  textOfMarkdown,
  type Piece,
} from '../../support/messages/read-markdown.ts'
import { WORKING_SETTINGS } from '../../support/builders/working-settings.ts'

const MAX_TITLE = 256

describeChat({
  type: discord,
  settings: WORKING_SETTINGS.discord,
  traps: [
    '<@&123>',
    '<#123>',
    '</command:123>',
    '<id:customize>',
    '<t:1:R>',
    '||spoiler||',
    '-# small',
  ],
  readBack(message) {
    const { title, description } = layOutDiscord(message).embeds[0]
    const own = withoutOwn(description, message)
    return {
      title: title === undefined ? null : readMarkdown(title),
      isTooLong: (title ?? '').length > MAX_TITLE,
      lines: readMarkdown(description),
      forms: [...findDiscordForms(title ?? ''), ...findDiscordForms(own)],
    }
  },
  meant(message) {
    const isTitle = layOutDiscord(message).embeds[0].title !== undefined
    return {
      title: isTitle ? [titleOf(message)] : null,
      isTooLong: false,
      lines: expectedLines(message, isTitle ? [] : [message.title]),
      forms: [],
    }
  },
  findRefusals(body) {
    const payload = JSON.parse(body)
    const isQuiet = !('content' in payload) && payload.allowed_mentions.parse.length === 0
    return [...findMessageErrors(payload), ...(isQuiet ? [] : ['somebody is notified'])]
  },
  readText(body) {
    const { title = '', description } = JSON.parse(body).embeds[0]
    return `${textOfMarkdown(title)}\n${textOfMarkdown(description)}`
  },
})

/** A title is bold as it is, so the style is left away there. */
function titleOf({ title }: Message): readonly Piece[] {
  return mergePieces(
    shownPieces(title).map(({ style, ...piece }): Piece => ({
      ...piece,
      style: style === 'strong' ? 'plain' : style,
    })),
  )
}

function expectedLines(message: Message, head: readonly Line[]): readonly (readonly Piece[])[] {
  const { lead, alert, groups, more, link, firstAt, lastAt } = message
  const [first, last] = [Math.floor(firstAt / 1000), Math.floor(lastAt / 1000)]
  const lines = [
    ...head.map(shownPieces),
    shownPieces(lead),
    alert === null ? [] : [plainPiece(alert)],
    ...groups.flatMap((group) => [
      shownPieces(group.heading),
      ...group.lines.map(({ text }) => mergePieces([plainPiece('• '), ...shownPieces(text)])),
    ]),
    more === null
      ? []
      : [plainPiece(more.text), ...(more.link ? [plainPiece(' '), linked(more.link)] : [])],
    link === null ? [] : [linked(link)],
    Math.floor(firstAt / 60_000) === Math.floor(lastAt / 60_000)
      ? []
      : [plainPiece(`<t:${first}:f> – <t:${last}:f>`)],
  ]
  return lines.map(mergePieces).filter((line) => line.length > 0)
}

/** Code cannot hold a backtick, so such a value is shown without the style. */
function shownPieces(line: Line): readonly Piece[] {
  return piecesOf(line, (text, style) => ({
    text,
    style: style === 'code' && text.includes('`') ? 'plain' : style,
  }))
}

function linked(link: Link): Piece {
  return linkPiece(link.text, linkDiscord(link))
}

function withoutOwn(description: string, { more, link }: Message): string {
  const links = [more?.link ?? null, link].filter((own) => own !== null)
  const rest = links.reduce((text, own) => text.replace(linkDiscord(own), ''), description)
  return rest.replace(/<t:\d+:f> – <t:\d+:f>$/, '')
}
