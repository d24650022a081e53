import { expect, test } from 'vitest'
import { MessageText } from '../../../src/dashboard/parts/message.tsx'
import { HOSTILE } from '../../support/builders/a-view.ts'

const htmlOf = (preview: Parameters<typeof MessageText>[0]['message']['preview']) =>
  String(MessageText({ message: { destination: 'erp', preview }, title: 'The message' }))

test('a message is shown as JSON, with the headers that describe it', () => {
  const html = htmlOf({ headers: { 'webhook-id': 'a-1' }, body: { text: 'Hello' } })
  expect(html).toContain('webhook-id: a-1')
  expect(html).toContain('{\n  &quot;text&quot;: &quot;Hello&quot;\n}')
  expect(htmlOf({ headers: {}, body: 'no JSON' })).toContain('>no JSON</pre>')
})

test('a message for people is a picture first, and its JSON is behind a fold', () => {
  const line = [{ text: 'Hello Anna', style: 'plain' }] as const
  const rest = { lead: [], alert: null, groups: [], notes: [], link: null, portal: 'acme' }
  const html = htmlOf({ headers: {}, body: {}, message: { title: line, ...rest } })
  expect(html).toMatch(/<figure.*Hello Anna.*<details>.*<pre/s)
  expect(htmlOf({ headers: {}, body: {}, message: null })).not.toContain('<details>')
})

test('a message that cannot be made says why', () => {
  expect(htmlOf(null)).toContain('cannot be made')
})

test('a message cannot leave its place', () => {
  expect(htmlOf({ headers: { a: HOSTILE }, body: { text: HOSTILE } })).not.toMatch(/<img|<script/)
})
