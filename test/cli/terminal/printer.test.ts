import { describe, expect, it } from 'vitest'
import { Printer } from '../../../cli/terminal/printer.ts'

function aPrinter({ hasColours = false, isJson = false } = {}) {
  const written: string[] = []
  const terminal = { hasColours, isInteractive: false }
  const printer = new Printer({ out: (text) => void written.push(text), terminal }, { isJson })
  return { printer, text: () => written.join('') }
}

const HOSTILE = 'a\u001b[2Jb'

describe('Printer', () => {
  it('writes a table without lines and without blanks at the ends', () => {
    const { printer, text } = aPrinter()
    printer.table(
      ['NAME', 'STATE'],
      [
        ['erp', { text: 'active', tone: 'good' }],
        ['crm-alerts', '-'],
      ],
      'none',
    )
    expect(text()).toBe('NAME        STATE\nerp         active\ncrm-alerts  -\n')
  })

  it('writes a sentence in the place of an empty table', () => {
    const { printer, text } = aPrinter()
    printer.table(['NAME'], [], 'No portal is known.')
    expect(text()).toBe('No portal is known.\n')
  })

  it('cuts a long cell, which would widen every row, but for the last one of its row', () => {
    const { printer, text } = aPrinter()
    const long = 'x'.repeat(5000)
    printer.table(['A', 'B', 'C'], [[long, { text: long, tone: 'bad' }, long]], '')
    const cells = (text().split('\n')[1] ?? '').split(/ +/)
    expect(cells.map((cell) => cell.length)).toEqual([60, 60, 5000])
    expect(cells[0]).toMatch(/^x+…$/u)
  })

  it('makes cells, heads, lines and JSON harmless', () => {
    const { printer, text } = aPrinter()
    printer.table([HOSTILE], [[HOSTILE], [{ text: HOSTILE, tone: 'bad' }]], HOSTILE)
    printer.table(['X'], [], HOSTILE)
    printer.line(HOSTILE, { text: HOSTILE, tone: 'strong' })
    printer.json({ [HOSTILE]: HOSTILE })
    printer.jsonLine(HOSTILE)
    expect(text()).not.toContain('\u001b')
    expect(text().split(String.raw`\x1b[2J`)).toHaveLength(7)
  })

  it.each(['good', 'bad', 'warning', 'quiet', 'strong'] as const)(
    'a tone adds colour where the terminal has colours: %s',
    (tone) => {
      const plain = aPrinter()
      plain.printer.line({ text: 'x', tone })
      expect(plain.text()).toBe('x\n')
      const coloured = aPrinter({ hasColours: true })
      coloured.printer.line({ text: `x${HOSTILE}`, tone })
      const parts = coloured.text().split('\u001b')
      expect(parts).toEqual([
        '',
        expect.stringMatching(/^\[\d+mxa\\x1b\[2Jb$/u),
        expect.stringMatching(/^\[\d+m\n$/u),
      ])
    },
  )

  it('columns keep their width where cells have colours', () => {
    const { printer, text } = aPrinter({ hasColours: true })
    printer.table(['A', 'B'], [[{ text: 'xx', tone: 'good' }, 'y']], '')
    const [, row = ''] = text().split('\n')
    expect(row.replaceAll('\u001b', '').replaceAll(/\[\d+m/gu, '')).toBe('xx  y')
  })
})
