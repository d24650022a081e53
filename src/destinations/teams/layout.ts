/**
 * Lays a message out for Teams as an Adaptive Card. Below the headline, text of the CRM stands only in text runs,
 * which Teams shows as they are (https://learn.microsoft.com/adaptive-cards/schema-explorer/text-run): it reads no
 * Markdown, link or HTML in them. The only other Markdown is the date, which is made of our template and a number,
 * and the only links are the relay's own.
 */
import { type Link, type Message } from '../message/message.ts'
import { inertTeams, splitTeams } from './text.ts'
import { joinTexts, writeTimes } from '../message/text/joined-text.ts'
import { mergeStyles, own, writeUnstyled, type Line, type Span } from '../message/text/line.ts'

/** A piece of literal text. */
export interface TeamsTextRun {
  readonly type: 'TextRun'
  readonly text: string
  readonly size?: 'Small' | 'Medium'
  readonly weight?: 'Bolder'
  readonly fontType?: 'Monospace'
  readonly isSubtle?: true
}

/** One paragraph of literal text. */
export interface TeamsRichText {
  readonly type: 'RichTextBlock'
  readonly spacing?: 'None' | 'Small' | 'Medium'
  readonly inlines: readonly TeamsTextRun[]
}

/** One paragraph of Markdown. */
export interface TeamsTextBlock {
  readonly type: 'TextBlock'
  readonly text: string
  readonly wrap: true
  readonly spacing?: 'None' | 'Medium'
  readonly size?: 'Small' | 'Medium'
  readonly weight?: 'Bolder'
  readonly isSubtle?: true
}

/** A button that opens a page. */
export interface TeamsAction {
  readonly type: 'Action.OpenUrl'
  readonly title: string
  readonly url: string
}

/** An Adaptive Card. Version 1.2 is the first one with text runs, and every client of Teams shows it. */
export interface TeamsCard {
  readonly $schema: 'http://adaptivecards.io/schemas/adaptive-card.json'
  readonly type: 'AdaptiveCard'
  readonly version: '1.2'
  readonly body: readonly (TeamsRichText | TeamsTextBlock)[]
  readonly actions?: readonly TeamsAction[]
  readonly msteams: { readonly width: 'full' }
}

/** The body that the workflow's trigger takes. */
export interface TeamsMessage {
  readonly type: 'message'
  readonly attachments: readonly [
    {
      readonly contentType: 'application/vnd.microsoft.card.adaptive'
      readonly contentUrl: null
      readonly content: TeamsCard
    },
  ]
}

/** Lays a message out with all of its lines. */
export function layOutTeams(message: Message): TeamsMessage {
  const { title, lead, alert, groups, more, portal, notes } = message
  const actions = [message.link, more?.link ?? null].flatMap(renderAction)
  const footer = joinTexts([portal, ...notes], ' · ')
  return wrap({
    body: [
      renderTitle(title),
      ...renderLine(lead, 'None'),
      ...(alert === null ? [] : renderLine([own(alert)], 'Small')),
      ...groups.flatMap(renderGroup),
      ...(more === null ? [] : renderLine([own(more.text)], 'Small')),
      renderTime(message),
      ...renderFooter(footer),
    ],
    actions,
  })
}

/**
 * Lays text of a template out as Markdown: the template may use formats, its values are inert. Each line is a
 * block of its own, as Markdown shows a single line break as a blank.
 */
export function layOutTeamsText(text: string): TeamsMessage {
  const body: TeamsTextBlock[] = []
  let isNear = false
  for (const line of text.split('\n').map((part) => part.trim())) {
    if (line !== '') {
      const spacing = isNear ? ({ spacing: 'None' } as const) : {}
      body.push({ type: 'TextBlock', text: line, wrap: true, ...spacing })
    }
    isNear = line !== ''
  }
  return wrap({ body, actions: [] })
}

function wrap({
  body,
  actions,
}: Pick<TeamsCard, 'body'> & { readonly actions: readonly TeamsAction[] }): TeamsMessage {
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.2',
          body,
          ...(actions.length === 0 ? {} : { actions }),
          msteams: { width: 'full' },
        },
      },
    ],
  }
}

/**
 * The headline is the first TextBlock, since Teams previews show that one and no text run. Its text of the CRM is
 * inert in Markdown.
 */
function renderTitle(title: Line): TeamsTextBlock {
  const text = writeUnstyled(title, inertTeams)
  return { type: 'TextBlock', text, wrap: true, size: 'Medium', weight: 'Bolder' }
}

function renderGroup({ heading, lines }: Message['groups'][number]): readonly TeamsRichText[] {
  return [
    ...renderLine(heading, 'Medium'),
    ...lines.flatMap(({ text }) => renderLine([own('•\u00A0'), ...text], 'Small')),
  ]
}

function renderLine(line: Line, spacing: 'None' | 'Small' | 'Medium'): readonly TeamsRichText[] {
  const runs = renderSpans(line, {})
  return runs.length === 0 ? [] : [richText(runs, spacing)]
}

function renderFooter(text: string): readonly TeamsRichText[] {
  const runs = renderSpans([own(text)], { size: 'Small', isSubtle: true })
  return runs.length === 0 ? [] : [richText(runs, 'None')]
}

type Look = Omit<TeamsTextRun, 'type' | 'text'>

const STYLES: Readonly<Record<Span['style'], Look>> = {
  plain: {},
  strong: { weight: 'Bolder' },
  code: { fontType: 'Monospace' },
  faint: { isSubtle: true },
}

/** Makes as few runs as the styles and the macros allow, since a run takes more bytes than its text. */
function renderSpans(line: Line, look: Look): readonly TeamsTextRun[] {
  return mergeStyles(line).flatMap(({ text, style }) =>
    splitTeams(text).map((piece) => ({ type: 'TextRun', text: piece, ...look, ...STYLES[style] })),
  )
}

function renderAction(link: Link | null): readonly TeamsAction[] {
  return link === null ? [] : [{ type: 'Action.OpenUrl', title: link.text, url: link.url }]
}

/**
 * Teams shows the time in each reader's own time zone; this Markdown holds nothing but our own words and
 * numbers.
 */
function renderTime(message: Message): TeamsTextBlock {
  return {
    type: 'TextBlock',
    text: writeTimes(message, formatTime),
    wrap: true,
    spacing: 'Medium',
    size: 'Small',
    isSubtle: true,
  }
}

/** A macro for one time. It holds no fractions of a second, which Teams does not read. */
function formatTime(at: number): string {
  const time = `${new Date(at).toISOString().slice(0, 19)}Z`
  return `{{DATE(${time}, SHORT)}} {{TIME(${time})}}`
}

function richText(
  inlines: readonly TeamsTextRun[],
  spacing?: 'None' | 'Small' | 'Medium',
): TeamsRichText {
  return { type: 'RichTextBlock', ...(spacing === undefined ? {} : { spacing }), inlines }
}
