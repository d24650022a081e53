/**
 * Reads a message for Teams as Microsoft's own library does (`adaptivecards`): what it parses, what it
 * finds wrong, and what it makes of text, dates included.
 */
import { createRequire } from 'node:module'
import { formatText } from 'adaptivecards/lib/text-formatters.js'

/** Texts that Teams and its workflows in particular read as more than text. */
export const TEAMS_TRAPS: readonly string[] = [
  '<at>Anna</at>',
  '</AT>',
  '{{DATE(2026-09-21T14:13:20Z, SHORT)}}',
  '{{TIME(2026-09-21T14:13:20Z)}}',
  '{{',
  '//localhost/x',
  '[a]: //evil.example',
]

/** A card as the library reads it. */
export interface ReadCard {
  /** One entry a paragraph: the text as shown, in the order of reading. */
  readonly shown: readonly { readonly type: string; readonly text: string }[]
  readonly actions: readonly { readonly title: string; readonly url: string }[]
  /** Everything that the library or its checks complained about. */
  readonly faults: readonly string[]
}

/** The parts of the library that are used here. */
interface Library {
  readonly AdaptiveCard: new () => Card
  readonly SerializationContext: new () => Context
}

interface Context {
  readonly eventCount: number
  getEventAt(index: number): { readonly message: string }
}

interface Card {
  parse(json: unknown, context: Context): void
  validateProperties(): { readonly validationEvents: readonly { readonly message: string }[] }
  getItemCount(): number
  getItemAt(index: number): Item
  getActionCount(): number
  getActionAt(index: number): { readonly title?: string; readonly url?: string }
}

/** A paragraph: a TextBlock has `text`, a RichTextBlock has inlines. */
interface Item {
  readonly text?: string
  getJsonTypeName(): string
  getInlineCount?(): number
  getInlineAt?(index: number): { readonly text?: string }
}

// Sound: these are documented classes and methods of the library; without one of them the tests fail.
const { AdaptiveCard, SerializationContext } = createRequire(import.meta.url)(
  'adaptivecards/dist/adaptivecards.js',
) as Library

/** Reads the only card of a message. */
export function readTeamsCard(content: unknown): ReadCard {
  const card = new AdaptiveCard()
  const context = new SerializationContext()
  card.parse(content, context)
  return {
    shown: count(card.getItemCount()).map((index) => readItem(card.getItemAt(index))),
    actions: count(card.getActionCount()).map((index) => {
      const { title = '', url = '' } = card.getActionAt(index)
      return { title, url }
    }),
    faults: [
      ...count(context.eventCount).map((index) => context.getEventAt(index).message),
      ...card.validateProperties().validationEvents.map(({ message }) => message),
    ],
  }
}

function readItem(item: Item): { type: string; text: string } {
  const type = item.getJsonTypeName()
  if (item.getInlineCount === undefined) return { type, text: show(item.text) }
  const texts = count(item.getInlineCount()).map((index) => show(item.getInlineAt?.(index).text))
  return { type, text: texts.join('') }
}

function show(text: string | undefined): string {
  return formatText('en', text) ?? ''
}

function count(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => index)
}
