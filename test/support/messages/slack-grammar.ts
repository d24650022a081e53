/**
 * An independent reader of Slack messages: what a message would make Slack do, by Slack's own grammar
 * (https://docs.slack.dev/messaging/formatting-message-text, docs.slack.dev/reference/block-kit). It
 * knows nothing of the layout and lists every fault that it finds.
 */

const KNOWN_STYLES = new Set(['bold', 'italic', 'code', 'strike'])
const DATE = /^!date\^\d+\^\{date_short_pretty\} \{time\}\|\d{4}-\d\d-\d\d \d\d:\d\d UTC$/
const ENTITY = /&(?:amp|lt|gt);/g

// Everything that is invisible or turns the direction, but the isolates U+2068 and U+2069.
const INVISIBLE_RANGES: readonly (readonly [first: number, last: number])[] = [
  [0x00ad, 0x00ad],
  [0x034f, 0x034f],
  [0x061c, 0x061c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x2067],
  [0x206a, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0xe0000, 0xe0fff],
]

/** A link that a message may hold. */
interface OwnLink {
  readonly url: string
  readonly text: string
}

/** Lists what is wrong with a message's JSON; empty when Slack shows its texts, these links, and nothing more. */
export function findSlackFaults(json: string, links: readonly OwnLink[] = []): readonly string[] {
  const faults: string[] = []
  const message = asRecord(JSON.parse(json))
  const allowed = ['text', 'mrkdwn', 'blocks']
  for (const key of Object.keys(message)) if (!allowed.includes(key)) faults.push(`key ${key}`)
  if (message['mrkdwn'] !== false) faults.push('mrkdwn is on')
  checkFallback(asString(message['text']), faults)
  const blocks = asList(message['blocks'])
  if (blocks.length < 1 || blocks.length > 50) faults.push(`${blocks.length} blocks`)
  for (const block of blocks) checkBlock(asRecord(block), { links, faults })
  return faults
}

/** The text of all literal elements in reading order, to compare with what was meant. */
export function readSlackText(json: string): string {
  const texts: string[] = []
  collectTexts(JSON.parse(json), texts)
  return texts.join('')
}

function collectTexts(value: unknown, texts: string[]): void {
  if (Array.isArray(value)) for (const item of value) collectTexts(item, texts)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return
  const record = asRecord(value)
  if (record['type'] === 'text') texts.push(asString(record['text']))
  else for (const inner of Object.values(record)) collectTexts(inner, texts)
}

interface Check {
  readonly links: readonly OwnLink[]
  readonly faults: string[]
}

function checkBlock(block: Readonly<Record<string, unknown>>, check: Check): void {
  const { faults } = check
  const elements = asList(block['elements']).map(asRecord)
  if (block['type'] === 'rich_text') {
    for (const element of elements) checkRich(element, check)
  } else if (block['type'] === 'context') {
    if (elements.length < 1 || elements.length > 10) faults.push(`context of ${elements.length}`)
    for (const element of elements) checkContext(element, faults)
  } else {
    faults.push(`block ${String(block['type'])}`)
  }
}

function checkRich(element: Readonly<Record<string, unknown>>, check: Check): void {
  const { links, faults } = check
  const inner = asList(element['elements']).map(asRecord)
  if (inner.length === 0) faults.push('empty rich text')
  if (element['type'] === 'rich_text_list') {
    if (element['style'] !== 'bullet') faults.push('list style')
    for (const item of inner) checkRich(item, check)
    return
  }
  if (element['type'] !== 'rich_text_section') faults.push(`element ${String(element['type'])}`)
  for (const piece of inner) {
    const isOwn = links.some(({ url, text }) => piece['url'] === url && piece['text'] === text)
    if (piece['type'] === 'link' && isOwn) continue
    // A user, usergroup, broadcast, channel, other link or emoji would be another type.
    if (piece['type'] !== 'text') faults.push(`piece ${String(piece['type'])}`)
    checkLength(asString(piece['text']), faults)
    const style = piece['style'] === undefined ? {} : asRecord(piece['style'])
    for (const name of Object.keys(style)) if (!KNOWN_STYLES.has(name)) faults.push(`style ${name}`)
  }
}

function checkContext(element: Readonly<Record<string, unknown>>, faults: string[]): void {
  const text = asString(element['text'])
  checkLength(text, faults)
  if (element['type'] === 'plain_text') {
    if (element['emoji'] !== false) faults.push('emoji codes are read')
    checkEscapes(text, faults)
  } else if (element['type'] === 'mrkdwn') {
    const rest = text.replace(/<([^<>]*)>/g, (_all, inside: string) => {
      if (!DATE.test(inside)) faults.push(`sequence <${inside}>`)
      return ''
    })
    // A digest tells its first and its last time.
    if (rest !== '' && rest !== ' – ') faults.push(`mrkdwn text ${rest}`)
  } else {
    faults.push(`context element ${String(element['type'])}`)
  }
}

function checkFallback(text: string, faults: string[]): void {
  checkLength(text, faults)
  checkEscapes(text, faults)
  if (/[\r\n]/.test(text)) faults.push('fallback of several lines')
  if (/^(?:&gt;|\d+[.)]|\s|-|•)/.test(text)) faults.push('fallback begins with markup')
  if (/[*~`]/.test(text)) faults.push('format character in the fallback')
  if (/(?:^|[^A-Za-z0-9])_|_(?:[^A-Za-z0-9]|$)/.test(text)) faults.push('italics in the fallback')
  if (/:[^\s:]+:/.test(text)) faults.push('emoji code in the fallback')
  if (/[@#]/.test(text)) faults.push('mention in the fallback')
  // Slack makes links of URLs and of bare domains; the portal's own host is meant to be readable.
  // It stands in brackets behind the sentence, as `inPortal` has it in each language.
  const foreign = text.replace(/ \([a-z0-9.:-]+\)(?=;|$)/iu, '')
  if (/:\/\/|[\p{L}\p{M}\p{N}_-]\.[\p{L}\p{N}]/u.test(foreign)) faults.push('link in the fallback')
}

function checkEscapes(text: string, faults: string[]): void {
  if (/[<>]/.test(text)) faults.push('control sequence')
  if (text.replace(ENTITY, '').includes('&')) faults.push('broken entity')
}

function checkLength(text: string, faults: string[]): void {
  const { length } = Array.from(text)
  if (length < 1 || length > 3000) faults.push(`text of ${length} characters`)
  if (!text.isWellFormed()) faults.push('lone surrogate')
  if (Array.from(text).some(isInvisible)) faults.push('invisible character')
  if (!hasClosedIsolates(text)) faults.push('open isolate')
}

function isInvisible(character: string): boolean {
  const point = character.codePointAt(0) ?? 0
  return INVISIBLE_RANGES.some(([first, last]) => first <= point && point <= last)
}

function hasClosedIsolates(text: string): boolean {
  let open = 0
  for (const character of text) {
    if (character === '\u2068') open += 1
    if (character === '\u2069') open -= 1
    if (open < 0 || open > 1) return false
  }
  return open === 0
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new Error('Not an object')
  return Object.fromEntries(Object.entries(value))
}

function asList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error('Not a list')
  return value
}

function asString(value: unknown): string {
  if (typeof value !== 'string') throw new Error('Not a string')
  return value
}
