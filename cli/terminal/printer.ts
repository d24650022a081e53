/**
 * Writes the output of a command: lines and tables for people, or JSON. Every text is made harmless on its way
 * (plain-text.ts); only a tone adds signs that a terminal obeys.
 */
import Table from 'cli-table3'
import colours from 'picocolors'
import type { World } from '../world.ts'
import { plainJson, plainText } from './plain-text.ts'

/** The tone of a text. */
export type Tone = 'good' | 'bad' | 'warning' | 'quiet' | 'strong'

/** A text, with or without a tone. */
export type Words = string | { readonly text: string; readonly tone: Tone }

/** Writes for people, and JSON on demand. */
export class Printer {
  readonly #world: Pick<World, 'out' | 'terminal'>
  readonly #palette: ReturnType<typeof colours.createColors>
  /** Whether JSON is wanted. */
  readonly isJson: boolean

  constructor(world: Pick<World, 'out' | 'terminal'>, { isJson }: { readonly isJson: boolean }) {
    this.#world = world
    this.isJson = isJson
    this.#palette = colours.createColors(world.terminal.hasColours)
  }

  /** Writes a value as JSON of several lines. */
  json(value: unknown): void {
    this.#world.out(`${plainJson(JSON.stringify(value, null, 2))}\n`)
  }

  /** Writes a value as JSON in one line. */
  jsonLine(value: unknown): void {
    this.#world.out(`${plainJson(JSON.stringify(value))}\n`)
  }

  /** Writes one line. */
  line(...words: readonly Words[]): void {
    this.#world.out(`${words.map((one) => this.#show(one)).join('')}\n`)
  }

  /** Writes a table, or a sentence in the place of an empty one. */
  table(heads: readonly string[], rows: readonly (readonly Words[])[], empty: string): void {
    if (rows.length === 0) return this.line(empty)
    const table = new Table({
      head: heads.map((head) => this.#show({ text: head, tone: 'strong' })),
      chars: NO_LINES,
      style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
    })
    for (const row of rows) {
      table.push(row.map((cell, place) => this.#show(place < row.length - 1 ? cut(cell) : cell)))
    }
    const lines = table.toString().split('\n')
    this.#world.out(`${lines.map((line) => line.trimEnd()).join('\n')}\n`)
  }

  #show(words: Words): string {
    if (typeof words === 'string') return plainText(words)
    const text = plainText(words.text)
    switch (words.tone) {
      case 'good':
        return this.#palette.green(text)
      case 'bad':
        return this.#palette.red(text)
      case 'warning':
        return this.#palette.yellow(text)
      case 'quiet':
        return this.#palette.dim(text)
      case 'strong':
        return this.#palette.bold(text)
    }
  }
}

/** The most characters of a cell that is not the last one of its row. */
const MAX_CELL = 60

/** One long text, which may come from a portal, would make each row as wide as itself. JSON has it whole. */
function cut(words: Words): Words {
  const text = typeof words === 'string' ? words : words.text
  if (text.length <= MAX_CELL) return words
  const shown = `${text.slice(0, MAX_CELL - 1)}…`
  return typeof words === 'string' ? shown : { ...words, text: shown }
}

const PLACES =
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid middle'

/** A table without lines between its cells. */
const NO_LINES = Object.fromEntries(PLACES.split(' ').map((place) => [place, '']))
