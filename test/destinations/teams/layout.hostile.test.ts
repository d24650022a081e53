/** Hostile texts of the CRM in Teams: the card is read back with Microsoft's library. */
import { findCardProblems } from '../../../playground/receivers/teams-cards.ts'
import { plainText, writeUnstyled } from '../../../src/destinations/message/text/line.ts'
import type { Message } from '../../../src/destinations/message/message.ts'
import { layOutTeams } from '../../../src/destinations/teams/layout.ts'
import { teams } from '../../../src/destinations/teams/receiver.ts'
import { inertTeams } from '../../../src/destinations/teams/text.ts'
import { describeChat } from '../../contract/chat-contract.ts'
import { readTeamsCard, TEAMS_TRAPS } from '../../support/messages/teams-reader.ts'
import { WORKING_SETTINGS } from '../../support/builders/working-settings.ts'

const MAX_BYTES = 20_480
const MACRO = String.raw`\{\{DATE\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, SHORT\)\}\} \{\{TIME\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\)\}\}`
const TIME = new RegExp(`^${MACRO}(?: – ${MACRO})?$`)

describeChat({
  type: teams,
  settings: WORKING_SETTINGS.teams,
  traps: TEAMS_TRAPS,
  readBack(message) {
    const { content } = layOutTeams(message).attachments[0]
    const { shown, actions, faults } = readTeamsCard(content)
    return {
      faults,
      actions,
      paragraphs: shown.filter(({ type }) => type === 'RichTextBlock').map(({ text }) => text),
      // The only Markdown is the headline, whose foreign text is inert, and the time.
      markdown: content.body.flatMap((block) =>
        block.type === 'TextBlock' ? [TIME.test(block.text) ? 'time' : block.text] : [],
      ),
      blocks: shown.length,
    }
  },
  meant(message) {
    const paragraphs = paragraphsOf(message)
    return {
      faults: [],
      actions: linksOf(message),
      paragraphs,
      markdown: [writeUnstyled(message.title, inertTeams), 'time'],
      blocks: paragraphs.length + 2,
    }
  },
  findRefusals(body) {
    const isLong = new TextEncoder().encode(body).length > MAX_BYTES
    return [
      ...findCardProblems(JSON.parse(body).attachments[0].content),
      ...(isLong ? ['too long'] : []),
      ...(/<\/?at/i.test(body) ? ['mention'] : []),
    ]
  },
  readText: (body) =>
    readTeamsCard(JSON.parse(body).attachments[0].content)
      .shown.map(({ text }) => text)
      .join('\n'),
})

/** The texts that a reader of the message must see, paragraph by paragraph. */
function paragraphsOf({ lead, alert, groups, more, portal, notes }: Message): readonly string[] {
  const footer = [portal, ...notes].filter((text) => text !== '').join(' · ')
  return [
    plainText(lead),
    alert ?? '',
    ...groups.flatMap(({ heading, lines }) => [
      plainText(heading),
      ...lines.map(({ text }) => `•\u00A0${plainText(text)}`),
    ]),
    more?.text ?? '',
    footer,
  ].filter((text) => text !== '')
}

function linksOf({ link, more }: Message): readonly object[] {
  return [link, more?.link ?? null].flatMap((known) =>
    known === null ? [] : [{ title: known.text, url: known.url }],
  )
}
