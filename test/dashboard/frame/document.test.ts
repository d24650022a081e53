import { expect, test } from 'vitest'
import { renderDocument } from '../../../src/dashboard/frame/document.tsx'
import { aPage } from '../../support/builders/a-page.ts'
import { NOW } from '../../support/time.ts'

test('the frame has a language, a title, a way past the bar and one place of the content', async () => {
  const html = await renderDocument({ title: 'A <title>', content: 'text & more' }, aPage())
  expect(html).toMatch(/^<!doctype html><html lang="en">/)
  expect(html).toContain('<title>A &lt;title&gt; · bitrix24-event-relay</title>')
  expect(html).toContain('<a class="skip" href="#content">')
  expect(html).toContain(
    `<main id="content" tabindex="-1" data-now="${NOW}">text &amp; more</main>`,
  )
})

test('only a reader with a session can sign out', async () => {
  const page = { title: 'a', content: '' }
  expect(await renderDocument(page, aPage({ formToken: null }))).not.toContain('Sign out')
  expect(await renderDocument(page, aPage({ formToken: 'proof' }))).toContain('Sign out')
})
