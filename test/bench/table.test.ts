import { describe, expect, it } from 'vitest'
import { formatTable } from '../../bench/table.ts'

describe('formatTable()', () => {
  it('aligns the first column left and the others right, as Markdown reads it', () => {
    expect(
      formatTable(
        ['loop', 'total'],
        [
          ['sparse', '$4.00'],
          ['a', '$12.50'],
        ],
      ),
    ).toBe(
      [
        '| loop   |  total |',
        '| ------ | -----: |',
        '| sparse |  $4.00 |',
        '| a      | $12.50 |',
      ].join('\n'),
    )
  })

  it('shows an empty cell where a row is short', () => {
    expect(
      formatTable(['a', 'b'], [['x']])
        .split('\n')
        .at(-1),
    ).toBe('| x |   |')
  })
})
