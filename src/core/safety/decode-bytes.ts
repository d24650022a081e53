/**
 * Decodes the runs of bytes in a text: base64, hex, and lists of numbers. For example `0x61757468` and `97, 117, 116,
 * 104` are read as `auth`. A run that holds no text of at least eight letters says nothing.
 */

// A run of base64. A shorter run holds no name and no token, and one without small letters no text. Its lines and
// blocks belong together.
const MIN_RUN = 20
const BASE64 = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{20,}/g
const WRAPPED = /(?<=[A-Za-z0-9+/_-]{8})\s{1,16}(?=[A-Za-z0-9+/_-])/g

// Bytes in hex, one behind the other or with signs between them, each with a prefix or none: `7b22`, `7b:22`,
// `0x7b, 0x22`, `\\U0000007b`.
const HEX_BYTE = String.raw`(?:(?:0x|\\[xu]?|u\+)0{0,6}(?=[0-9a-f]{2}(?![0-9a-f])))?[0-9a-f]{2}`
const HEX = new RegExp(`(?:${HEX_BYTE}[\\s,:;-]{0,2}){10,}[0-9a-f]?`, 'gi')
const HEX_PREFIX = /(?:0x|\\[xu]?|u\+)0{0,6}(?=[0-9a-f]{2}(?![0-9a-f]))/gi

const NUMBERS = /(?<![\w.])\d{2,8}(?:[^\w.]{1,3}\d{2,8}){9,}(?![\w.])/g
const READABLE = /[\x20-\x7e]{8}/

/** The texts that the runs hold, one below the other; the text itself where they say nothing. */
export function decodeBytes(text: string): string {
  if (text.length < MIN_RUN) return text
  const joined = /\s/.test(text) ? text.replace(WRAPPED, '') : text
  const said = [
    ...listRuns(joined, BASE64)
      .filter((run) => /[a-z]/.test(run))
      .flatMap(fromBase64),
    ...listRuns(text, HEX).flatMap(fromHex),
    ...listRuns(text, NUMBERS).flatMap(fromNumbers),
  ]
  const readable = said.filter((part) => READABLE.test(part))
  return readable.length === 0 ? text : readable.join('\n')
}

function listRuns(text: string, pattern: RegExp): readonly string[] {
  return text.match(pattern) ?? []
}

/** Characters before a token in the same run move the groups of base64: `path/eyJhY2…`, `v1-eyJhY2…`. */
function fromBase64(run: string): readonly string[] {
  const digits = run.replaceAll('-', '+').replaceAll('_', '/')
  return [0, 1, 2, 3].map((first) => {
    const rest = digits.slice(first)
    // A single digit behind the last group holds no byte. UTF-16 has a zero beside each letter of ASCII.
    return atob(rest.length % 4 === 1 ? rest.slice(0, -1) : rest).replaceAll('\0', '')
  })
}

function fromHex(run: string): readonly string[] {
  const digits = run.replace(HEX_PREFIX, '').replace(/[^0-9a-f]/gi, '')
  return [digits, digits.slice(1)].map((aligned) =>
    fromCodes((aligned.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16))),
  )
}

function fromNumbers(run: string): readonly string[] {
  const numbers = run.match(/\d+/g) ?? []
  return [2, 8, 10].map((radix) =>
    fromCodes(numbers.map((digits) => Number.parseInt(digits, radix))),
  )
}

function fromCodes(codes: readonly number[]): string {
  return codes.map((code) => (code > 0 && code < 256 ? String.fromCharCode(code) : '')).join('')
}
