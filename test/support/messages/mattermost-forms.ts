/** The forms that only Mattermost reads, and the characters that its look-alikes stand for. */
import type { Piece } from './read-markdown.ts'

// The character that each look-alike stands for.
const MEANT: ReadonlyMap<string, string> = new Map([
  ['∗', '*'],
  ['ˍ', '_'],
  ['∼', '~'],
  ['ˋ', '`'],
  ['∶', ':'],
  ['；', ';'],
  ['＠', '@'],
  ['＃', '#'],
  ['․', '.'],
  ['＜', '<'],
  ['＞', '>'],
  ['［', '['],
  ['］', ']'],
  ['＼', '\\'],
  ['＄', '$'],
  ['＆', '&'],
  ['∣', '|'],
  ['‐', '-'],
  ['＋', '+'],
  ['＝', '='],
  ['）', ')'],
])

/** A piece with the characters that its look-alikes stand for. */
export function unfold(piece: Piece): Piece {
  return { ...piece, text: unfoldText(piece.text) }
}

/** A text with the characters that its look-alikes stand for. */
export function unfoldText(text: string): string {
  return Array.from(text, (character) => MEANT.get(character) ?? character).join('')
}

/** The mentions that the server makes before anybody reads the text, in code as well. */
export function findServerForms(text: string): readonly string[] {
  return /<!(?:channel|here|all)>|<@[A-Za-z0-9]+>/.exec(text) ?? []
}

/** The names of the forms that clients may read in a line, outside of code. */
export function findClientForms(line: readonly Piece[]): readonly string[] {
  // Styles and code end every form, so that what stands on both sides of them is not put together.
  const text = line
    .filter(({ link }) => link === null)
    .map(({ text: inner, style }) => (style === 'code' ? '' : inner))
    .join('\u2205')
  const forms: readonly (readonly [name: string, form: RegExp])[] = [
    ['mention or e-mail', /@/],
    ['hashtag', /#/],
    ['channel', /~/],
    ['emoji code or emoticon', /:\S/],
    ['emoticon', /;-?\)|\bx-d\b/i],
    ['link', /\S\.[\p{L}\p{M}\p{N}_-]/u],
    ['latex', /\$/],
    ['markup', /[*`<>[\]\\|]/],
    ['entity', /&#?\w+;/],
  ]
  return forms.filter(([, form]) => form.test(text)).map(([name]) => name)
}
