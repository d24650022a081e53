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
import type { Line } from '../../../src/destinations/message/line.ts'
import type { Link, Message } from '../../../src/destinations/message/message.ts'
import { describeChat } from '../../contract/chat-contract.ts'
import { findClientForms, findServerForms, unfold } from '../../support/mattermost-forms.ts'
import { mergePieces, piecesOf, readMarkdown, type Piece } from '../../support/read-markdown.ts'
import { WORKING_SETTINGS } from '../../support/working-settings.ts'

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
  readText(body) {
    const lines = readMarkdown(JSON.parse(body).attachments[0].text)
    return lines.map((line) => line.map(({ text }) => text).join('')).join('\n')
  },
})

function expectedLines(message: Message): readonly (readonly Piece[])[] {
  const { title, lead, groups, more, notes, link } = message
  const lines = [
    shownPieces(title),
    shownPieces(lead),
    ...groups.flatMap((group) => [
      shownPieces(group.heading),
      ...group.lines.map(({ text }) => [plain('• '), ...shownPieces(text)]),
    ]),
    more === null ? [] : [plain(more.text), ...(more.link ? [plain(' '), linked(more.link)] : [])],
    ...notes.map((note) => [plain(note)]),
    link === null ? [] : [linked(link)],
  ]
  return lines.map(mergePieces).filter((line) => line.length > 0)
}

function shownPieces(line: Line): readonly Piece[] {
  return piecesOf(line, (text, style) => ({ text, style }))
}

function plain(text: string): Piece {
  return { text, style: 'plain', link: null }
}

function linked({ url, text }: Link): Piece {
  return { text, style: 'plain', link: /\((.*)\)$/.exec(linkMattermost({ url, text }))?.[1] ?? '' }
}
