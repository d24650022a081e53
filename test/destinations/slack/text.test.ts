import { expect, test } from 'vitest'
import { escapeSlack, hostSlack, inertSlack } from '../../../src/destinations/slack/text.ts'

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
  'acme.bitrix24.com',
  'crm.example.com:8443',
  'a223c6b3710f85df22e9377d6c4f7553',
  'localhost',
])('hostSlack() leaves %s as it is', (host) => {
  expect(hostSlack(host)).toBe(host)
})

test.each(['<!here>', 'a b.c', 'x.y/z', '*.example.com', ':tada:', 'a..b'])(
  'hostSlack() makes %s inert, which is no host',
  (text) => {
    expect(hostSlack(text)).toBe(inertSlack(text))
  },
)
