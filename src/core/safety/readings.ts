/**
 * The readings of a text: the text itself, and what its reader would find by undoing escapes and encodings, layer by
 * layer. A secret must not leave in any of them. Example: `%2561uth=1f2e…` is read as `%61uth=1f2e…` and then as
 * `auth=1f2e…`.
 */

/** The most readings of one text. Nobody writes a token under so many layers by accident. */
const MAX_READINGS = 16

/**
 * The most characters of all further readings together, as a multiple of the text; a short text may have more of
 * them. Each has to be searched, and anybody can send a body of 256 KiB.
 */
const MAX_GROWTH = 3
const MIN_ROOM = 4096

// A shorter run of base64 holds no name and no token. Lines of it belong together.
const MIN_RUN = 20
const ENCODED = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{20,}/g
const HEX = /^[0-9a-f]+$/i
const WRAPPED = /(?<=[A-Za-z0-9+/_-]{8})\r?\n(?=[A-Za-z0-9+/_-])/g
const READABLE = /[\x20-\x7e]{8}/

// The letters that NFKC makes of full-width ones and ligatures, without what nobody sees.
const NOT_ASCII = /[^\0-\x7f]/
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu

/** Every reading of a text; the first one is the text itself. */
export function readingsOf(text: string): readonly string[] {
  const readings = [text]
  let room = Math.max(MAX_GROWTH * text.length, MIN_ROOM)
  for (const reading of readings) {
    for (const decode of DECODERS) {
      const decoded = decode(reading)
      if (decoded.length > room || readings.includes(decoded)) continue
      if (readings.length === MAX_READINGS) return readings
      room -= decoded.length
      readings.push(decoded)
    }
  }
  return readings
}

const DECODERS: readonly ((text: string) => string)[] = [
  decodeText,
  (text) => (NOT_ASCII.test(text) ? text.normalize('NFKC').replace(INVISIBLE, '') : text),
  (text) => (text.length < MIN_RUN ? text : decodeRuns(text)),
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
    .replace(/\\(["\\/])/g, '$1')
}

function decodeEntities(text: string): string {
  return text
    .replace(/&#x0*([0-9a-f]{1,6})(?:;|(?![0-9a-f]))/gi, (_entity, hex: string) =>
      fromCode(hex, 16),
    )
    .replace(/&#0*(\d{1,7})(?:;|(?!\d))/g, (_entity, digits: string) => fromCode(digits, 10))
    .replace(/&([a-z]{2,6});/gi, (entity, name: string) => NAMED.get(name.toLowerCase()) ?? entity)
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
  ['equals', '='],
  ['colon', ':'],
  ['lowbar', '_'],
  ['sol', '/'],
  ['quest', '?'],
  ['percnt', '%'],
  ['hyphen', '-'],
  ['period', '.'],
])

/** What the runs of hex and base64 in a text say, one below the other; the text itself where they say nothing. */
function decodeRuns(text: string): string {
  const said: string[] = []
  const joined = text.includes('\n') ? text.replace(WRAPPED, '') : text
  for (const [run] of joined.matchAll(ENCODED)) {
    if (HEX.test(run)) said.push(fromCodes(run.match(/../g) ?? [], 16))
    // Base64 has the slash too, so what stands before a token in an address moves its groups: `path/eyJhY2…`.
    for (const first of run.includes('/') ? [0, 1, 2, 3] : [0]) {
      said.push(fromBase64(run.slice(first)))
    }
  }
  const readable = said.filter((part) => READABLE.test(part))
  return readable.length === 0 ? text : readable.join('\n')
}

function fromBase64(run: string): string {
  const digits = run.replaceAll('-', '+').replaceAll('_', '/')
  // A single digit behind the last group holds no byte. UTF-16 has a zero beside each letter of ASCII.
  return atob(digits.length % 4 === 1 ? digits.slice(0, -1) : digits).replaceAll('\0', '')
}

function fromCodes(codes: readonly string[], radix: number): string {
  return codes.map((code) => fromCode(code, radix)).join('')
}

function fromCode(digits: string, radix: number): string {
  const code = Number.parseInt(digits, radix)
  return code <= 0x10ffff ? String.fromCodePoint(code) : ''
}
