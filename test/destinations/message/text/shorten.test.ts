import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { en } from '../../../../src/destinations/language/en.ts'
import { ru } from '../../../../src/destinations/language/ru.ts'
import { type ChangeLine, type Message } from '../../../../src/destinations/message/message.ts'
import {
  fitMessage,
  shortenMessage,
  sizeOf,
} from '../../../../src/destinations/message/text/shorten.ts'
import { own } from '../../../../src/destinations/message/text/line.ts'

const OVERVIEW = { url: 'https://relay.example.com/dashboard', text: 'Show all' }

describe('shortenMessage()', () => {
  test('leaves a message alone that has no more lines than wanted', () => {
    const message = aMessage([2, 1])
    expect(shortenMessage(message, 3, en)).toBe(message)
    expect(shortenMessage(message, 4, en)).toBe(message)
  })

  test('keeps the first lines, whole groups first, and counts the others', () => {
    const message = aMessage([2, 3, 1])
    expect(shortenMessage(message, 3, en)).toEqual({
      ...message,
      groups: [message.groups[0], { ...message.groups[1], lines: [aLine('1.0')] }],
      more: { text: 'and 3 more', count: 3, link: OVERVIEW },
    })
  })

  test('leaves out the group whose first line has no room', () => {
    const message = aMessage([2, 3])
    expect(shortenMessage(message, 2, en).groups).toEqual([message.groups[0]])
  })

  test('counts a group without lines as one', () => {
    const message = aMessage([0, 0, 2, 0])
    expect(sizeOf(message)).toBe(5)
    expect(shortenMessage(message, 3, en)).toMatchObject({
      groups: [{ lines: [] }, { lines: [] }, { lines: [aLine('2.0')] }],
      more: { count: 2 },
    })
    expect(shortenMessage(message, 2, en).groups).toHaveLength(2)
  })

  test('counts no line of a group without lines and heading, whose change the headline tells', () => {
    const message = {
      ...aMessage([0]),
      groups: [{ heading: [], headlined: [aLine('x')], lines: [] }],
    }
    expect(sizeOf(message)).toBe(0)
    expect(shortenMessage(message, 0, en)).toBe(message)
  })

  test.each([0, -1])('counts every line where there is room for %i', (maxLines) => {
    expect(shortenMessage(aMessage([2, 0, 1]), maxLines, en)).toMatchObject({
      groups: [],
      more: { text: 'and 4 more', count: 4 },
    })
  })

  test('counts right after any number of shortenings', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 4 }), { maxLength: 6 }),
        fc.array(fc.integer({ min: -1, max: 20 }), { minLength: 1, maxLength: 4 }),
        (sizes, steps) => {
          const message = aMessage(sizes)
          let short = message
          for (const maxLines of steps) short = shortenMessage(short, maxLines, en)
          expect(short).toEqual(shortenMessage(message, Math.min(...steps), en))
          expect(sizeOf(short) + (short.more?.count ?? 0)).toBe(sizeOf(message))
          const text = short.more === null ? undefined : `and ${short.more.count} more`
          expect(short.more?.text).toBe(text)
        },
      ),
    )
  })

  test('keeps the link of the first shortening', () => {
    const link = { url: 'https://relay.example.com/other', text: 'Other' }
    const message = { ...aMessage([3]), more: { text: 'and 2 more', count: 2, link } }
    expect(shortenMessage(message, 1, en).more).toEqual({ text: 'and 4 more', count: 4, link })
  })

  test('counts in the language of the message', () => {
    expect(shortenMessage(aMessage([3]), 1, ru).more?.text).toBe('и ещё 2')
  })
})

describe('fitMessage()', () => {
  test('gives the whole message where it fits, and renders it once', () => {
    let renderings = 0
    const message = aMessage([3])
    const fitted = fitMessage(message, en, {
      render: (part) => {
        renderings += 1
        return part
      },
      fits: () => true,
    })
    expect(fitted).toBe(message)
    expect(renderings).toBe(1)
  })

  test('gives the largest part that fits, as a search line by line does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.nat({ max: 30 }), { maxLength: 8 }), { maxLength: 8 }),
        fc.nat({ max: 1000 }),
        (widths, limit) => {
          const message = aMessage(
            widths.map(({ length }) => length),
            (group, line) => 'x'.repeat(10 + (widths[group]?.[line] ?? 0)),
          )
          const render = (part: Message): string => `${part.more?.text ?? ''}${write(part)}`
          const fits = (text: string): boolean => text.length <= limit
          expect(fitMessage(message, en, { render, fits })).toBe(
            searchLinearly(message, { render, fits }),
          )
        },
      ),
      { numRuns: 500 },
    )
  })

  test('gives a part of every size that has room, without a gap', () => {
    const message = aMessage([3, 0, 4])
    const sizes = Array.from({ length: 10 }, (_, limit) =>
      fitMessage(message, en, { render: sizeOf, fits: (size) => size <= limit }),
    )
    expect(sizes).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 8])
  })

  test('renders a message of many lines only a few times', () => {
    let renderings = 0
    fitMessage(aMessage([1000]), en, {
      render: (part) => {
        renderings += 1
        return sizeOf(part)
      },
      fits: (size) => size <= 617,
    })
    expect(renderings).toBeLessThanOrEqual(12)
  })

  test.each([[[]], [[0]], [[1]], [[5]]])(
    'gives the form without lines where nothing fits: %j',
    (sizes) => {
      const message = aMessage(sizes)
      const fitted = fitMessage(message, en, { render: (part) => part, fits: () => false })
      expect(fitted).toEqual(shortenMessage(message, 0, en))
      expect(fitted.groups).toEqual([])
    },
  )
})

function searchLinearly(
  message: Message,
  { render, fits }: { render: (part: Message) => string; fits: (text: string) => boolean },
): string {
  for (let count = sizeOf(message); count > 0; count -= 1) {
    const text = render(shortenMessage(message, count, en))
    if (fits(text)) return text
  }
  return render(shortenMessage(message, 0, en))
}

function write({ groups }: Message): string {
  return groups
    .map(({ lines }) => `${'h'.repeat(10)}${lines.map(({ text }) => text[0]?.text).join('')}`)
    .join('')
}

function aMessage(
  sizes: readonly number[],
  name: (group: number, line: number) => string = (group, line) => `${group}.${line}`,
): Message {
  return {
    kind: 'digest',
    title: [own('Title')],
    lead: [],
    alert: null,
    groups: sizes.map((size, group) => ({
      heading: [own(`Group ${group}`)],
      headlined: [],
      lines: Array.from({ length: size }, (_, line) => aLine(name(group, line))),
    })),
    more: null,
    notes: [],
    summary: [own('Summary')],
    portal: 'acme.bitrix24.com',
    firstAt: 0,
    lastAt: 0,
    link: null,
    overview: OVERVIEW,
    threadKey: 'thread',
  }
}

function aLine(text: string): ChangeLine {
  return { text: [own(text)], brief: [], label: [], before: null, after: null }
}
