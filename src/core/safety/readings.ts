/**
 * The readings of a text: the text itself, and what its reader would find by undoing escapes and encodings, layer by
 * layer. A secret must not leave in any of them. Example: `%2561uth=1f2e…` is read as `%61uth=1f2e…` and then as
 * `auth=1f2e…`.
 */
import { decodeBytes } from './decode-bytes.ts'

/** The most readings of one text. Nobody writes a token under so many layers by accident. */
const MAX_READINGS = 24

/**
 * The most characters of all further readings together, as a multiple of the text; a short text may have more of
 * them. Each has to be searched, and anybody can send a body of 256 KiB.
 */
const MAX_GROWTH = 3
const MIN_ROOM = 4096

/** The number of characters around a changed part that belong to its reading, when the text is long. */
const CONTEXT = 300

// The letters that NFKC makes of full-width ones and ligatures, without what nobody sees. A NUL stands beside each
// letter of ASCII in UTF-16.
const NOT_ASCII = /\0|[^\0-\x7f]/
const INVISIBLE = /[\0\p{Cf}\p{Default_Ignorable_Code_Point}]/gu

// Tags of HTML and of the portal's own markup, which stand between letters that a person reads as one word.
const OWN_TAGS =
  'b|i|u|s|p|br|url|img|user|size|color|font|quote|code|list|left|center|right|justify|table|t[rdh]|disk|video'
const MARKUP = new RegExp(
  String.raw`<\/?[a-z!][^<>]{0,200}>|\[\/?(?:${OWN_TAGS})(?:=[^[\]]{0,200})?\]`,
  'gi',
)

/** Every reading of a text; the first one is the text itself. */
export function readingsOf(text: string): readonly string[] {
  const readings = [text]
  let room = Math.max(MAX_GROWTH * text.length, MIN_ROOM)
  for (const reading of readings) {
    for (const decode of DECODERS) {
      const whole = decode(reading)
      if (whole === reading) continue
      const decoded = changedPart(whole, reading)
      if (decoded.length > room || readings.includes(decoded)) continue
      if (readings.length === MAX_READINGS) return readings
      room -= decoded.length
      readings.push(decoded)
    }
  }
  return readings
}

/**
 * The part of a long text that a layer has changed, with the characters around it. So an encoded part of a long text
 * may have as many layers as a short text.
 */
function changedPart(decoded: string, before: string): string {
  if (before.length <= MIN_ROOM) return decoded
  const shorter = Math.min(decoded.length, before.length)
  let start = 0
  while (start < shorter && decoded[start] === before[start]) start += 1
  let end = 0
  while (end < shorter - start && decoded.at(-1 - end) === before.at(-1 - end)) end += 1
  return decoded.slice(Math.max(0, start - CONTEXT), decoded.length - Math.max(0, end - CONTEXT))
}

const DECODERS: readonly ((text: string) => string)[] = [
  decodeText,
  (text) => (NOT_ASCII.test(text) ? text.normalize('NFKC').replace(INVISIBLE, '') : text),
  (text) => (/[<[]/.test(text) ? text.replace(MARKUP, '') : text),
  decodeBytes,
]

/**
 * Decodes one layer of escapes: percent bytes, the escapes of JSON and other languages, HTML's numbers and common
 * names, and quoted-printable bytes. Digits behind a backslash or an equals sign can be plain text, so only several of
 * them in a row count.
 */
export function decodeText(text: string): string {
  let decoded = text
  if (decoded.includes('%')) decoded = decodePercent(decoded)
  if (decoded.includes('\\')) decoded = decodeBackslashes(decoded)
  if (decoded.includes('&')) decoded = decodeEntities(decoded)
  if (decoded.includes('=\n') || decoded.includes('=\r\n')) decoded = decoded.replace(/=\r?\n/g, '')
  return decoded.replace(/(?:=[0-9a-f]{2}){4,}/gi, (run) => fromCodes(run.slice(1).split('='), 16))
}

function decodePercent(text: string): string {
  return text
    .replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
      const bytes = run.slice(1).split('%')
      return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 16)))
    })
    .replace(/%u([0-9a-f]{4})/gi, (_escape, hex: string) => fromCode(hex, 16))
}

function decodeBackslashes(text: string): string {
  return text
    .replace(/(?:\\[0-7]{2,3}){4,}/g, (run) => fromCodes(run.slice(1).split('\\'), 8))
    .replace(/\\u([0-9a-f]{4})/gi, (_escape, hex: string) => fromCode(hex, 16))
    .replace(/\\u\{([0-9a-f]{1,6})\}/gi, (_escape, hex: string) => fromCode(hex, 16))
    .replace(/\\x([0-9a-f]{2})/gi, (_escape, hex: string) => fromCode(hex, 16))
    .replace(/\\[nrt]/g, ' ')
    .replace(/\\(["\\/])/g, '$1')
}

function decodeEntities(text: string): string {
  return text
    .replace(/&#x0*([0-9a-f]{1,6})(?:;|(?![0-9a-f]))/gi, (_entity, hex: string) =>
      fromCode(hex, 16),
    )
    .replace(/&#0*(\d{1,7})(?:;|(?!\d))/g, (_entity, digits: string) => fromCode(digits, 10))
    .replace(/&([a-z]{2,14});/gi, (entity, name: string) => NAMED.get(name.toLowerCase()) ?? entity)
}

// The signs that stand in names, in addresses, in JSON and between letters.
const NAMED: ReadonlyMap<string, string> = new Map(
  (
    'amp& lt< gt> quot" apos\' equals= colon: semi; comma, period. sol/ bsol\\ quest? excl! percnt% num# ' +
    'lowbar_ underbar_ hyphen- dash- plus+ lcub{ lbrace{ rcub} rbrace} lsqb[ lbrack[ rsqb] rbrack] lpar( rpar) ' +
    'verbar| vert| grave` commat@ dollar$ ast* ldquo" rdquo" lsquo\' rsquo\' laquo" raquo" ' +
    'shy\u00ad zwj\u200d zwnj\u200c zerowidthspace\u200b'
  )
    .split(' ')
    .map((entry): [string, string] => [entry.slice(0, -1), entry.slice(-1)])
    .concat(['nbsp', 'ensp', 'emsp', 'thinsp', 'tab', 'newline'].map((name) => [name, ' '])),
)

function fromCodes(codes: readonly string[], radix: number): string {
  return codes.map((code) => fromCode(code, radix)).join('')
}

function fromCode(digits: string, radix: number): string {
  const code = Number.parseInt(digits, radix)
  return code <= 0x10ffff ? String.fromCodePoint(code) : ''
}
