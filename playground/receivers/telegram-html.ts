/**
 * Telegram's HTML mode: the visible text and its entities, or the error the Bot API answers, with its
 * byte offsets (core.telegram.org/bots/api#html-style; wording as in TDLib's tests of parse_html).
 * Stricter than the real server in one point: it takes a bare `&` or `>` as text, though its
 * documentation says that both must be escaped; here they are errors, since a sender that forgets one
 * forgets `<` as well.
 */

/** One formatted piece of a text; offset and length in UTF-16 units, as the Bot API counts them. */
export interface TelegramEntity {
  readonly type: string
  readonly offset: number
  readonly length: number
  /** Of a `text_link`. */
  readonly url?: string
  /** Of a `pre` with a language. */
  readonly language?: string
  /** Of a `custom_emoji`. */
  readonly custom_emoji_id?: string
}

/** The result of reading a text; `error` is the end of the Bot API's description. */
export type TelegramHtml =
  | { readonly ok: true; readonly text: string; readonly entities: readonly TelegramEntity[] }
  | { readonly ok: false; readonly error: string }

const ENTITY_TYPES: Readonly<Record<string, string>> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  span: 'spoiler',
  'tg-spoiler': 'spoiler',
  'tg-emoji': 'custom_emoji',
  'tg-time': 'date_time',
  a: 'text_link',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' }

/** Parses a text of `parse_mode` HTML. */
export function parseTelegramHtml(html: string): TelegramHtml {
  const state: ParseState = { html, index: 0, text: '', entities: [], open: [] }
  while (state.index < html.length) {
    const error = readNext(state)
    if (error !== null) return { ok: false, error }
  }
  const unclosed = state.open.at(-1)
  if (unclosed !== undefined) {
    return { ok: false, error: `Can't find end tag corresponding to start tag "${unclosed.name}"` }
  }
  if (!state.text.isWellFormed()) {
    return {
      ok: false,
      error:
        'Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units',
    }
  }
  const entities = state.entities
    .map(dropCodeLanguage)
    .toSorted((a, b) => a.offset - b.offset || b.length - a.length)
  return { ok: true, text: state.text, entities }
}

interface OpenTag {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  /** The place in the text at which its content begins. */
  readonly offset: number
}

interface ParseState {
  readonly html: string
  index: number
  text: string
  readonly entities: TelegramEntity[]
  readonly open: OpenTag[]
}

/** Reads one piece; null, or the error it makes. */
function readNext(state: ParseState): string | null {
  const { html, index } = state
  const character = html.charAt(index)
  if (character === '&') return readReference(state)
  if (character === '<') return html.charAt(index + 1) === '/' ? readEnd(state) : readStart(state)
  if (character === '>') return `Unescaped ">" at byte offset ${byteOffset(html, index)}`
  const plain = match(/[^&<>]+/y, state) ?? [character]
  state.text += plain[0]
  return null
}

function readReference(state: ParseState): string | null {
  const start = byteOffset(state.html, state.index)
  const found = match(/&(?:(lt|gt|amp|quot)|#([0-9]{1,7})|#x([0-9a-fA-F]{1,6}));/y, state)
  if (found === null) return `Unsupported HTML entity at byte offset ${start}`
  const [, name, decimal, hexadecimal] = found
  if (name !== undefined) {
    state.text += NAMED[name] ?? ''
    return null
  }
  const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal)
  // TDLib leaves zero and what is above Unicode as text.
  if (code === 0 || code > 0x10_ff_ff) return `Unsupported HTML entity at byte offset ${start}`
  state.text += String.fromCodePoint(code)
  return null
}

function readStart(state: ParseState): string | null {
  const start = byteOffset(state.html, state.index)
  state.index += 1
  const name = (match(/[^\s>]*/y, state)?.[0] ?? '').toLowerCase()
  if (state.index >= state.html.length) return `Unclosed start tag at byte offset ${start}`
  if (!Object.hasOwn(ENTITY_TYPES, name)) {
    return `Unsupported start tag "${name}" at byte offset ${start}`
  }
  const attributes = new Map<string, string>()
  while (match(/\s*>/y, state) === null) {
    const error = readAttribute(state, { name, start, attributes })
    if (error !== null) return error
  }
  if (name === 'span' && attributes.get('class') !== 'tg-spoiler') {
    return `Tag "span" must have class "tg-spoiler" at byte offset ${start}`
  }
  state.open.push({ name, attributes, offset: state.text.length })
  return null
}

function readAttribute(
  state: ParseState,
  tag: { name: string; start: number; attributes: Map<string, string> },
): string | null {
  const { html } = state
  match(/\s+/y, state)
  const isAtEnd = () => state.index >= html.length
  const unclosed = `Unclosed start tag "${tag.name}" at byte offset ${tag.start}`
  if (isAtEnd()) return unclosed
  const name = match(/[^\s=>/"']+/y, state)?.[0]
  if (name === undefined) {
    return `Empty attribute name in the tag "${tag.name}" at byte offset ${tag.start}`
  }
  const hasValue = match(/\s*=\s*/y, state) !== null
  if (isAtEnd()) return unclosed
  if (!hasValue) {
    tag.attributes.set(name, '')
    return null
  }
  const quoted = match(/"([^"]*)"|'([^']*)'/y, state)
  if (quoted !== null) {
    if (isAtEnd()) return `Unclosed start tag at byte offset ${tag.start}`
    return keepValue(quoted[1] ?? quoted[2] ?? '', { tag, name })
  }
  if (/["']/.test(html.charAt(state.index))) return `Unclosed start tag at byte offset ${tag.start}`
  const tokenStart = byteOffset(html, state.index)
  const token = match(/[A-Za-z0-9.-]*/y, state)?.[0] ?? ''
  if (!/[\s>]/.test(html.charAt(state.index))) {
    return `Unexpected end of name token at byte offset ${tokenStart}`
  }
  tag.attributes.set(name, token.toLowerCase())
  return null
}

/** Keeps a quoted value, in which references are decoded as in the text, but `<` and `>` mean nothing. */
function keepValue(
  value: string,
  { tag, name }: { tag: { attributes: Map<string, string> }; name: string },
): string | null {
  const decoded: ParseState = { html: value, index: 0, text: '', entities: [], open: [] }
  while (decoded.index < value.length) {
    const error =
      value.charAt(decoded.index) === '&' ? readReference(decoded) : readPlainValue(decoded)
    if (error !== null) return `${error} of the attribute "${name}"`
  }
  tag.attributes.set(name, decoded.text)
  return null
}

function readPlainValue(state: ParseState): null {
  state.text += match(/[^&]+/y, state)?.[0] ?? ''
  return null
}

function readEnd(state: ParseState): string | null {
  const start = byteOffset(state.html, state.index)
  const tag = state.open.at(-1)
  if (tag === undefined) return `Unexpected end tag at byte offset ${start}`
  state.index += 2
  const name = (match(/[^\s>]*/y, state)?.[0] ?? '').toLowerCase()
  if (match(/\s*>/y, state) === null) return `Unclosed end tag at byte offset ${start}`
  if (name !== '' && name !== tag.name) {
    return `Unmatched end tag at byte offset ${start}, expected "</${tag.name}>", found "</${name}>"`
  }
  state.open.pop()
  return state.text.length > tag.offset ? addEntity(state, tag) : null
}

function addEntity(state: ParseState, { name, attributes, offset }: OpenTag): string | null {
  const { entities, text } = state
  const place = { offset, length: text.length - offset }
  const type = ENTITY_TYPES[name] ?? name
  if (type === 'custom_emoji') {
    const id = attributes.get('emoji-id') ?? ''
    if (!/^[1-9]\d{0,18}$/.test(id)) return 'Invalid custom emoji identifier specified'
    entities.push({ type, ...place, custom_emoji_id: id })
    return null
  }
  if (type === 'text_link') {
    const url = attributes.get('href') ?? text.slice(offset)
    // A link that Telegram does not like becomes plain text, without an error.
    if (isLinkable(url)) entities.push({ type, ...place, url })
    return null
  }
  if (type === 'blockquote' && attributes.has('expandable')) {
    entities.push({ type: 'expandable_blockquote', ...place })
    return null
  }
  if (type === 'pre') return addPre(entities, place)
  const language = name === 'code' ? readLanguage(attributes) : undefined
  entities.push({ type, ...place, ...(language === undefined ? {} : { language }) })
  return null
}

/** `<pre><code class="language-…">` is one block in a language. */
function addPre(
  entities: TelegramEntity[],
  { offset, length }: { offset: number; length: number },
): null {
  const inner = entities.at(-1)
  const isWrapped = inner?.type === 'code' && inner.offset === offset && inner.length === length
  if (isWrapped && inner.language !== undefined) entities.pop()
  const language = isWrapped ? inner.language : undefined
  entities.push({ type: 'pre', offset, length, ...(language === undefined ? {} : { language }) })
  return null
}

/** Only a `pre` has a language; a `code` kept it until its `pre` could take it. */
function dropCodeLanguage(entity: TelegramEntity): TelegramEntity {
  const { type, offset, length } = entity
  return type === 'code' ? { type, offset, length } : entity
}

function readLanguage(attributes: ReadonlyMap<string, string>): string | undefined {
  return /^language-(.+)$/.exec(attributes.get('class') ?? '')?.[1]
}

function isLinkable(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  if (protocol === 'tg:') return true
  // TDLib wants a host with a dot: http://localhost stays text.
  return (protocol === 'https:' || protocol === 'http:') && hostname.includes('.')
}

/** Matches at the index and moves it; the pattern must be sticky. */
function match(pattern: RegExp, state: ParseState): RegExpExecArray | null {
  pattern.lastIndex = state.index
  const found = pattern.exec(state.html)
  if (found !== null) state.index = pattern.lastIndex
  return found
}

function byteOffset(html: string, index: number): number {
  return Buffer.byteLength(html.slice(0, index))
}
