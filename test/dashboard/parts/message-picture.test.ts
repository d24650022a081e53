import { expect, test } from 'vitest'
import type { MessageView } from '../../../src/core/views/message-view.ts'
import { MessagePicture } from '../../../src/dashboard/parts/message-picture.tsx'
import { contentOf, textOf } from '../../support/builders/a-page.ts'
import { HOSTILE } from '../../support/builders/a-view.ts'

const plain = (text: string) => [{ text, style: 'plain' }] as const

const MESSAGE: MessageView = {
  title: [...plain('Tax number changed '), { text: 'Anna', style: 'strong' }],
  lead: [{ text: 'UF_CRM_TAX', style: 'code' }],
  alert: 'No access',
  groups: [{ heading: plain('Field'), lines: [plain('Required: no -> yes')] }],
  notes: ['2 more changes'],
  link: 'Open the field',
  portal: 'acme.bitrix24.com',
}

function pageOf(message: MessageView) {
  return { title: '', content: MessagePicture({ message }) }
}

test('a message is told in the order of reading, and says that it is no copy', async () => {
  expect(await textOf(pageOf(MESSAGE))).toMatch(
    /Tax number changed Anna UF_CRM_TAX No access Field Required: no -&gt; yes Open the field 2 more changes acme\.bitrix24\.com \. Drawn from .* It is no copy of what was sent/,
  )
  const html = await contentOf(pageOf(MESSAGE))
  expect(html).toContain('<code>UF_CRM_TAX</code>')
  expect(html).not.toContain('<a ')
})

test('no part of a message can leave its place', async () => {
  const line = [{ text: HOSTILE, style: 'code' }] as const
  const page = pageOf({
    title: line,
    lead: line,
    alert: HOSTILE,
    groups: [{ heading: line, lines: [line] }],
    notes: [HOSTILE],
    link: HOSTILE,
    portal: HOSTILE,
  })
  expect(await contentOf(page)).not.toMatch(/<img|<script/)
})
