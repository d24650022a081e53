/** Hostile texts of the CRM in Google Chat: the card is read back with parse5, `text` by rules of the test. */
import { parseFragment, type DefaultTreeAdapterTypes } from 'parse5'
import { findDroppedParts, findShapeError } from '../../../playground/receivers/googlechat-cards.ts'
import { en } from '../../../src/destinations/language/en.ts'
import { layOutGoogleChat } from '../../../src/destinations/googlechat/layout.ts'
import { googleChat } from '../../../src/destinations/googlechat/receiver.ts'
import { inertGoogleChat } from '../../../src/destinations/googlechat/text.ts'
import { plainText, type Line } from '../../../src/destinations/message/text/line.ts'
import type { Message } from '../../../src/destinations/message/message.ts'
import { formatSpanUtc } from '../../../src/destinations/message/wording.ts'
import { describeChat } from '../../contract/chat-contract.ts'
import { findGoogleChatForms } from '../../support/messages/googlechat-forms.ts'
import { WORKING_SETTINGS } from '../../support/builders/working-settings.ts'

// Such a character is shown as any other; it has no meaning in HTML.
const HARMLESS: readonly string[] = ['noncharacter-in-input-stream']

describeChat({
  type: googleChat,
  settings: WORKING_SETTINGS.googlechat,
  traps: [
    '<users/all>',
    '<users/1>',
    '<https://evil.example|ok>',
    '- x',
    '* x',
    '&lt;users/all&gt;',
  ],
  readBack(message) {
    const { text, cardsV2 } = layOutGoogleChat(message, en)
    const widgets = cardsV2?.[0].card.sections[0].widgets ?? []
    return {
      paragraphs: widgets.flatMap((widget) =>
        'textParagraph' in widget ? [readHtml(widget.textParagraph.text)] : [],
      ),
      links: widgets.flatMap((widget) =>
        'buttonList' in widget
          ? widget.buttonList.buttons.map(({ onClick }) => onClick.openLink.url)
          : [],
      ),
      strong: [...text.matchAll(/\*([^*]+)\*/g)].map(([, inner]) => inner),
      code: [...text.matchAll(/`([^`]+)`/g)].map(([, inner]) => inner),
      marks: text.match(/[*`]/g)?.length ?? 0,
      faint: faintIn(message.summary).filter((own) => text.includes(own)),
      forms: findGoogleChatForms(
        withoutEach(text, faintIn(message.summary)).replaceAll(/[*`]/g, ''),
      ),
    }
  },
  meant(message) {
    const [strong, code] = [marked(message.summary, 'strong'), marked(message.summary, 'code')]
    return {
      paragraphs: paragraphsOf(message),
      links: linksOf(message),
      strong,
      code,
      marks: 2 * (strong.length + code.length),
      faint: faintIn(message.summary),
      forms: [],
    }
  },
  findRefusals(body) {
    const payload = JSON.parse(body)
    const error = findShapeError(payload)
    return [
      ...(error === null ? [] : [error]),
      ...findDroppedParts(payload),
      ...(new TextEncoder().encode(body).length > 30_000 ? ['too many bytes'] : []),
      ...(payload.text.length > 4000 ? ['text too long'] : []),
    ]
  },
  readText(body) {
    const { text, cardsV2 = [] } = JSON.parse(body)
    const widgets: readonly { textParagraph?: { text: string } }[] =
      cardsV2[0]?.card.sections[0].widgets ?? []
    const paragraphs = widgets.flatMap(({ textParagraph }) =>
      textParagraph === undefined ? [] : [readHtml(textParagraph.text)],
    )
    return [text, ...paragraphs].join('\n')
  },
})

/** The text of a fragment, line breaks included; throws at an element that no layout of ours writes. */
function readHtml(html: string): string {
  const errors: string[] = []
  const fragment = parseFragment(html, {
    onParseError: ({ code }) => {
      if (!HARMLESS.includes(code)) errors.push(code)
    },
    sourceCodeLocationInfo: false,
  })
  if (errors.length > 0) throw new Error(errors.join())
  return fragment.childNodes.map(readNode).join('')
}

function readNode(node: DefaultTreeAdapterTypes.ChildNode): string {
  if ('value' in node) return node.value
  if (!('tagName' in node)) throw new Error(`Node ${node.nodeName}`)
  if (node.tagName === 'br') return '\n'
  if (!['b', 'i'].includes(node.tagName) || node.attrs.length > 0) {
    throw new Error(`Element ${node.tagName}`)
  }
  return node.childNodes.map(readNode).join('')
}

/** The texts of a style. An empty one is left out, since two marks with nothing between them would be read as text. */
function marked(line: Line, style: string): readonly string[] {
  return line
    .filter((span) => span.style === style && span.text !== '')
    .map(({ text }) => inertGoogleChat(text))
}

/** The faint words of a headline, for example of a value that is not set, as `text` has to write them. */
function faintIn(line: Line): readonly string[] {
  return marked(line, 'faint').map((text) => `_${text}_`)
}

/** A text without one occurrence of each part: everything else in it must have no form. */
function withoutEach(text: string, parts: readonly string[]): string {
  return parts.reduce((rest, part) => rest.replace(part, () => ''), text)
}

/** The texts that a reader of the card must see, widget by widget. */
function paragraphsOf(message: Message): readonly string[] {
  const { kind, lead, alert, groups, more, notes, firstAt, lastAt } = message
  const footer = [formatSpanUtc(firstAt, lastAt), ...notes]
  return [
    kind === 'event' || kind === 'test' ? plainText(lead) : '',
    alert ?? '',
    ...groups.map(({ heading, lines }) =>
      [
        ...(heading.length === 0 ? [] : [plainText(heading)]),
        ...lines.map(({ text }) => `• ${plainText(text)}`),
      ].join('\n'),
    ),
    more?.text ?? '',
    footer.filter((text) => text !== '').join(' · '),
  ].filter((text) => text !== '')
}

function linksOf({ link, more }: Message): readonly string[] {
  return [link, more?.link ?? null].flatMap((known) => (known === null ? [] : [known.url]))
}
