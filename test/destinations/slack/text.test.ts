/** Text that is escaped for Slack, or gets look-alikes. */
import { expect, test } from 'vitest'
import { escapeSlack, inertSlack, inertSlackStart } from '../../../src/destinations/slack/text.ts'

test('escapeSlack() escapes each control character once', () => {
  expect(escapeSlack('<a> & &lt;')).toBe('&lt;a&gt; &amp; &amp;lt;')
})

test.each([
  ['Tax number', 'Tax number'],
  ['UF_CRM_TAX', 'UF_CRM_TAX'],
  ['No. 5, v1', 'No. 5, v1'],
  ['<!channel>', '&lt;!channel&gt;'],
  ['*bold* ~gone~ `code`', '∗bold∗ ∼gone∼ ˋcodeˋ'],
  ['_italic_', '\u02CDitalic\u02CD'],
  ['a _b c_ d', 'a \u02CDb c\u02CD d'],
  [':tada:', '∶tada∶'],
  ['https://evil.example/x', 'https∶//evil․example/x'],
  ['@here #general', '＠here ＃general'],
])('inertSlack() makes of %j the inert %j', (text, expected) => {
  expect(inertSlack(text)).toBe(expected)
})

test.each([
  ['> pay', '\uFF1E pay'],
  ['>', '\uFF1E'],
  ['a > b', 'a &gt; b'],
])('inertSlackStart() makes of %j no quotation: %j', (text, expected) => {
  expect(inertSlackStart(text)).toBe(expected)
})
