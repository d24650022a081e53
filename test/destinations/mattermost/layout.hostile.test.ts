/**
 * Hostile texts of the CRM in Mattermost: they are read back by CommonMark with every automatic link, and searched
 * for the forms that Mattermost's clients and server read afterwards.
 */
import {
  isMattermostError,
  readMattermostPayload,
} from '../../../playground/receivers/mattermost-payload.ts'
import { layOutMattermost } from '../../../src/destinations/mattermost/layout.ts'
import { mattermost } from '../../../src/destinations/mattermost/receiver.ts'
import { linkMattermost } from '../../../src/destinations/mattermost/text.ts'
import type { Line } from '../../../src/destinations/message/text/line.ts'
import type { Link, Message } from '../../../src/destinations/message/message.ts'
import { describeChat } from '../../contract/chat-contract.ts'
import {
  findClientForms,
  findServerForms,
  unfold,
} from '../../support/messages/mattermost-forms.ts'
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

describeChat({
  type: mattermost,
  settings: WORKING_SETTINGS.mattermost,
  traps: [
    '~town-square',
    '@all',
    ':tada:',
    ';-)',
    'x-d',
    '$MM_EMAIL0$',
    '<!here>',
    '=== a',
    '1. a',
  ],
  readBack(message, words) {
    const [{ text, fallback }] = layOutMattermost(message, words).attachments
    const lines = readMarkdown(text)
    return {
      lines: lines.map((line) => line.map(unfold)),
      hasFallback: fallback !== '',
      forms: [
        ...findServerForms(text),
        ...findServerForms(fallback),
        ...lines.flatMap((line) => findClientForms(line)),
      ],
    }
  },
  meant: (message) => ({
    lines: expectedLines(message).map((line) => line.map(unfold)),
    hasFallback: true,
    forms: [],
  }),
  findRefusals(body) {
    const read = readMattermostPayload(JSON.parse(body))
    return [...(isMattermostError(read) ? [read] : []), ...(body.length > 14_000 ? ['long'] : [])]
  },
  readText: (body) => textOfMarkdown(JSON.parse(body).attachments[0].text),
})

function expectedLines(message: Message): readonly (readonly Piece[])[] {
  const { title, lead, alert, groups, more, notes, link } = message
  const lines = [
    shownPieces(title),
    shownPieces(lead),
    alert === null ? [] : [plainPiece(alert)],
    ...groups.flatMap((group) => [
      shownPieces(group.heading),
      ...group.lines.map(({ text }) => [plainPiece('• '), ...shownPieces(text)]),
    ]),
    more === null
      ? []
      : [plainPiece(more.text), ...(more.link ? [plainPiece(' '), linked(more.link)] : [])],
    ...notes.map((note) => [plainPiece(note)]),
    link === null ? [] : [linked(link)],
  ]
  return lines.map(mergePieces).filter((line) => line.length > 0)
}

function shownPieces(line: Line): readonly Piece[] {
  return piecesOf(line, (text, style) => ({ text, style }))
}

function linked(link: Link): Piece {
  return linkPiece(link.text, linkMattermost(link))
}
