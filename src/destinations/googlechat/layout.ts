/**
 * Lays a message out for Google Chat. The headline is the field `text`, which notifications and the search of
 * Chat show; the card below tells the rest, so nothing stands there twice. Text of the CRM is escaped HTML in
 * the card, and inert in `text`.
 */
import type { Catalogue } from '../language/catalogue.ts'
import { inertGoogleChat, writeHtml, writeGoogleChat } from './text.ts'
import { escapeHtml } from '../message/text/inert-text.ts'
import { joinTexts, writeOneLine } from '../message/text/joined-text.ts'
import type { Group, Link, Message } from '../message/message.ts'
import { formatSpanUtc } from '../message/wording.ts'

/** A paragraph in the HTML of cards. */
export interface GoogleChatParagraph {
  readonly textParagraph: { readonly text: string }
}

/** Buttons that open pages. */
export interface GoogleChatButtons {
  readonly buttonList: {
    readonly buttons: readonly {
      readonly text: string
      readonly onClick: { readonly openLink: { readonly url: string } }
    }[]
  }
}

/** A message with at most one card. */
export interface GoogleChatMessage {
  readonly text: string
  readonly cardsV2?: readonly [
    {
      readonly card: {
        readonly sections: readonly [
          { readonly widgets: readonly (GoogleChatParagraph | GoogleChatButtons)[] },
        ]
      }
    },
  ]
  readonly thread: { readonly threadKey: string }
}

/** Lays a message out with all of its lines. */
export function layOutGoogleChat(message: Message, words: Catalogue): GoogleChatMessage {
  const { kind, lead, alert, groups, more, threadKey } = message
  // The headline of a change or of a digest holds the lead already.
  const isLeadNew = lead.length > 0 && (kind === 'event' || kind === 'test')
  const widgets = [
    ...(isLeadNew ? [paragraph(writeHtml(lead))] : []),
    ...(alert === null ? [] : [paragraph(escapeHtml(alert))]),
    ...groups.filter(hasText).map(renderGroup),
    ...(more === null ? [] : [paragraph(escapeHtml(more.text))]),
    renderFooter(message),
    ...renderButtons([message.link, more?.link ?? null]),
  ]
  return {
    text: writeOneLine(message, words, { write: writeGoogleChat, inert: inertGoogleChat }),
    cardsV2: [{ card: { sections: [{ widgets }] } }],
    thread: { threadKey },
  }
}

/**
 * Lays text of a template out as the field `text`, whose markup people know from typing. There is no card, so
 * the template alone decides about the words.
 */
export function layOutGoogleChatText(text: string, { threadKey }: Message): GoogleChatMessage {
  return { text, thread: { threadKey } }
}

function hasText({ heading, lines }: Group): boolean {
  return heading.length + lines.length > 0
}

/** A group is one widget, as Chat shows at most 100 widgets. */
function renderGroup({ heading, lines }: Group): GoogleChatParagraph {
  const above = heading.length === 0 ? [] : [writeHtml(heading)]
  return paragraph([...above, ...lines.map(({ text }) => `• ${writeHtml(text)}`)].join('<br>'))
}

/** Chat cannot show a time in the reader's own time zone, so it is told in UTC. */
function renderFooter({ firstAt, lastAt, notes }: Message): GoogleChatParagraph {
  const texts = [formatSpanUtc(firstAt, lastAt), ...notes]
  return paragraph(joinTexts(texts.map(escapeHtml), ' · '))
}

function renderButtons(links: readonly (Link | null)[]): readonly GoogleChatButtons[] {
  const buttons = links.flatMap((link) =>
    link === null ? [] : [{ text: link.text, onClick: { openLink: { url: link.url } } }],
  )
  return buttons.length === 0 ? [] : [{ buttonList: { buttons } }]
}

function paragraph(text: string): GoogleChatParagraph {
  return { textParagraph: { text } }
}
