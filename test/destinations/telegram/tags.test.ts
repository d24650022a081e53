/** The markup of templates for Telegram, against the strict parser of the simulated one. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseTelegramHtml } from '../../../playground/receivers/telegram-html.ts'
import { findTagProblem } from '../../../src/destinations/telegram/tags.ts'
import { telegram } from '../../../src/destinations/telegram/receiver.ts'
import { WORKING_SETTINGS } from '../../support/builders/working-settings.ts'
import { problemsOf } from '../../support/messages/opened-receiver.ts'

describe('findTagProblem()', () => {
  test.each([
    'plain text',
    '<b>Tax</b> <i>number</i>',
    '<b><i>both</i></b>',
    '<a href="https://example.com/?a=1&amp;b=2">link</a>',
    '&lt;b&gt; &amp; &quot; &#39; &#x27;',
    '<pre>x</pre><blockquote>y</blockquote><tg-spoiler>z</tg-spoiler>',
  ])('takes %j, as Telegram does', (html) => {
    expect(findTagProblem(html)).toBeNull()
    expect(parseTelegramHtml(html).ok).toBe(true)
  })

  test.each([
    ['<b>open', 'Must close <b>'],
    ['<b><i>x</b></i>', 'Must close the tags in the reverse order of their opening: </b> does not'],
    ['</b>', 'Must close the tags in the reverse order of their opening: </b> does not'],
    ['<p>x</p>', "Must use Telegram's own tags: <p> is not one of them; write < as &lt;"],
    ['1 < 2', "Must use Telegram's own tags: < 2 is not one of them; write < as &lt;"],
    ['<a>x</a>', "Must use Telegram's own tags: <a> is not one of them; write < as &lt;"],
    ['a & b', 'Must write & as &amp;'],
    ['&nbsp;', 'Must write & as &amp;'],
  ])('refuses %j and says what to do', (html, problem) => {
    expect(findTagProblem(html)).toBe(problem)
  })

  test('takes nothing that Telegram would refuse', () => {
    const piece = fc.constantFrom(
      '<b>',
      '</b>',
      '<i>',
      '</i>',
      '<',
      '&',
      '&lt;',
      'x',
      '<p>',
      '<code>',
    )
    const property = fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const html = pieces.join('')
      return findTagProblem(html) !== null || parseTelegramHtml(html).ok
    })
    expect(fc.check(property, { numRuns: 2000 }).counterexample).toBeNull()
  })
})

describe('the setting template of a Telegram destination', () => {
  test('with a wrong tag is a configuration error, not a parked message', () => {
    const template = '<p>{{label}}</p>'
    expect(problemsOf(telegram, WORKING_SETTINGS.telegram, { template })).toEqual([
      "template: Must use Telegram's own tags: <p> is not one of them; write < as &lt;",
    ])
  })
})
