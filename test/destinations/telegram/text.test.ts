/** Text that is escaped for Telegram, and its size. */
import { describe, expect, test } from 'vitest'
import { parseTelegramHtml } from '../../../playground/receivers/telegram-html.ts'
import {
  inertTelegram,
  linkTelegram,
  measureTelegram,
} from '../../../src/destinations/telegram/text.ts'
import { findTelegramLinks, readTelegramRuns } from '../../support/messages/telegram-grammar.ts'

describe('the text of templates', () => {
  test.each([
    ['Tax number', 'Tax number'],
    ['UF_CRM_TAX', 'UF_CRM_TAX'],
    ['No. 5, v1.', 'No. 5, v1.'],
    [`<b> & " '`, '&lt;b&gt; &amp; &quot; &#39;'],
    ['&amp;', '&amp;amp;'],
    ['https://evil.example/x', 'https:∕∕evil․example∕x'],
    ['evil。example evil．example evil｡example', 'evil․example evil․example evil․example'],
    ['@durov #tag $EUR /start', '＠durov ＃tag ＄EUR ∕start'],
    ['+7 495 5 + 5', '＋7 495 5 + 5'],
  ])('inertTelegram() makes of %j the inert %j', (text, expected) => {
    expect(inertTelegram(text)).toBe(expected)
    expect(findTelegramLinks(readTelegramRuns(inertTelegram(text)))).toEqual([])
  })

  test.each(['"', "'"])('a value cannot leave an attribute in %s', (quote) => {
    const label = `x${quote} href=${quote}https://evil.example${quote}><b>`
    const html = `<a href=${quote}https://acme.com/${inertTelegram(label)}${quote}>Open</a>`
    const runs = readTelegramRuns(html)
    expect(runs).toHaveLength(1)
    expect(runs[0]?.tags).toHaveLength(1)
    expect(runs[0]?.tags[0]?.startsWith(`a href=https://acme.com/x${quote} href=`)).toBe(true)
    const parsed = parseTelegramHtml(html)
    expect(parsed.ok && parsed.entities.map(({ url }) => url?.slice(0, 18))).toEqual([
      `https://acme.com/x`,
    ])
  })
})

test('linkTelegram() keeps the address inside its attribute', () => {
  expect(linkTelegram({ url: `https://acme.com/?a=1&b="2"'`, text: 'Open <it>' })).toBe(
    '<a href="https://acme.com/?a=1&amp;b=&quot;2&quot;&#39;">Open &lt;it&gt;</a>',
  )
})

describe('measureTelegram()', () => {
  test.each([
    ['', 0, 0],
    ['abc', 3, 0],
    ['<b>abc</b>', 3, 1],
    ['<a href="https://acme.com/?a=1&amp;b=2">abc</a>', 3, 1],
    ['&lt;&gt;&amp;&quot;&#39;', 5, 0],
    ['\u{1F600}', 2, 0],
    // Unknown to Telegram, so they count in full.
    ['&nbsp;&copy;', 12, 0],
    ['<b><i>x</i></b><CODE>y</CODE>', 2, 3],
  ])('%j has %i units and %i entities', (html, length, entities) => {
    expect(measureTelegram(html)).toEqual({ length, entities })
  })

  test('it counts as the simulated server does', () => {
    const html = '<b>a &lt; b</b> &amp;&amp; <i>c&#39;\u{1F600}</i>'
    const parsed = parseTelegramHtml(html)
    expect(parsed.ok && [parsed.text.length, parsed.entities.length]).toEqual(
      Object.values(measureTelegram(html)),
    )
  })
})
