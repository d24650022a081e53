/**
 * Reads Markdown back by CommonMark with every automatic link, by a library that the relay does not use:
 * what stands on which line, in which style, and where it leads.
 */
import MarkdownIt, { type Token } from 'markdown-it'
import type { Line } from '../../../src/destinations/message/text/line.ts'

/** A run of text as a reader sees it. */
export interface Piece {
  readonly text: string
  readonly style: 'plain' | 'strong' | 'code' | 'faint'
  readonly link: string | null
}

const BLOCKS: readonly string[] = [
  'paragraph_open',
  'paragraph_close',
  'bullet_list_open',
  'bullet_list_close',
  'list_item_open',
  'list_item_close',
]

const parser = new MarkdownIt({ html: false, linkify: true, breaks: true })
parser.linkify.set({ fuzzyLink: true, fuzzyEmail: true, fuzzyIP: true })

/** The lines of a text; a list item is marked by a first piece `• `. Throws at any other block or format. */
export function readMarkdown(markdown: string): readonly (readonly Piece[])[] {
  const lines: Piece[][] = []
  let isItem = false
  for (const token of parser.parse(markdown, {})) {
    if (token.type === 'list_item_open') isItem = true
    if (token.type !== 'inline') {
      if (!BLOCKS.includes(token.type)) throw new Error(`Unexpected block ${token.type}`)
      continue
    }
    const inner = readInline(token.children ?? [])
    if (isItem) inner[0]?.unshift(plainPiece('• '))
    isItem = false
    lines.push(...inner.map(mergePieces))
  }
  return lines
}

function readInline(tokens: readonly Token[]) {
  const lines: Piece[][] = [[]]
  let style: Piece['style'] = 'plain'
  let link: string | null = null
  for (const token of tokens) {
    switch (token.type) {
      case 'text':
        lines.at(-1)?.push({ text: token.content, style, link })
        break
      case 'code_inline':
        lines.at(-1)?.push({ text: token.content, style: 'code', link })
        break
      case 'hardbreak':
      case 'softbreak':
        lines.push([])
        break
      case 'strong_open':
        style = 'strong'
        break
      case 'em_open':
        style = 'faint'
        break
      case 'strong_close':
      case 'em_close':
        style = 'plain'
        break
      case 'link_open':
        link = String(token.attrGet('href'))
        break
      case 'link_close':
        link = null
        break
      default:
        throw new Error(`Unexpected format ${token.type}`)
    }
  }
  return lines
}

/** The pieces that a line of a message should be read as; `show` is what becomes of foreign text. */
export function piecesOf(
  line: Line,
  show: (text: string, style: Piece['style']) => Pick<Piece, 'text' | 'style'>,
): readonly Piece[] {
  return mergePieces(
    line.map(({ text, style, isForeign }) => ({
      ...(isForeign ? show(text, style) : { text, style }),
      link: null,
    })),
  )
}

/** Our own words as a reader sees them. */
export function plainPiece(text: string): Piece {
  return { text, style: 'plain', link: null }
}

/** A link of ours as a reader sees it; `markdown` is how it was written. */
export function linkPiece(text: string, markdown: string): Piece {
  return { text, style: 'plain', link: /\((.*)\)$/.exec(markdown)?.[1] ?? '' }
}

/** Everything that stands in a text, line by line. */
export function textOfMarkdown(markdown: string): string {
  const lines = readMarkdown(markdown)
  return lines.map((line) => line.map(({ text }) => text).join('')).join('\n')
}

/** Pieces side by side in one style read like one. */
export function mergePieces(pieces: readonly Piece[]): Piece[] {
  const merged: Piece[] = []
  for (const piece of pieces.filter(({ text }) => text !== '')) {
    const last = merged.at(-1)
    if (last !== undefined && last.style === piece.style && last.link === piece.link) {
      merged[merged.length - 1] = { ...last, text: last.text + piece.text }
    } else {
      merged.push(piece)
    }
  }
  return merged
}
