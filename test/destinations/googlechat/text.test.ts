/** The two markups of Google Chat, and that nothing of them is left in foreign text. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  inertGoogleChat,
  writeGoogleChat,
  writeHtml,
} from '../../../src/destinations/googlechat/text.ts'
import { foreign, own } from '../../../src/destinations/message/text/line.ts'
import { safeText } from '../../../src/destinations/message/text/safe-text.ts'
import { findGoogleChatForms } from '../../support/messages/googlechat-forms.ts'
import { hostileTexts } from '../../support/messages/hostile-parcels.ts'
import { sampled } from '../../support/sampling.ts'

describe('inertGoogleChat()', () => {
  test('leaves nothing that Chat reads, and the length', () => {
    fc.assert(
      fc.property(hostileTexts(['<users/all>', '<users/1>', '- x', '* x']), (raw) => {
        const text = safeText(raw, 200)
        const inert = inertGoogleChat(text)
        expect(findGoogleChatForms(inert)).toEqual([])
        expect(inert).not.toMatch(/[*`]/)
        expect(inert).toHaveLength(text.length)
      }),
      { numRuns: sampled(2000) },
    )
  })

  test.each(['UF_CRM_TAX', 'UF_CRM_1_A-b', '12.5 % & more', '-5', 'C/D', '#1 (a) [b]'])(
    'leaves %s as it is',
    (text) => {
      expect(inertGoogleChat(text)).toBe(text)
    },
  )

  test('the reader of this test finds the faults that it is meant to find', () => {
    const faulty = [
      '<users/all>',
      '<https://evil.example|ok>',
      '~a~',
      'a _b_ c',
      ':tada:',
      'see evil.example',
      'https://localhost/x',
      'a@evil.example',
      '@all',
      '- item',
      '&lt;users/all&gt;',
    ]
    expect(faulty.filter((text) => findGoogleChatForms(text).length === 0)).toEqual([])
  })
})

test('a line is written in both markups with its styles', () => {
  const line = [own('a '), foreign('<b>', 'strong'), foreign('c', 'code'), own('d', 'faint')]
  expect(writeHtml(line)).toBe('a <b>&lt;b&gt;</b><b>c</b><i>d</i>')
  expect(writeGoogleChat(line)).toBe('a *＜b＞*`c`_d_')
})
