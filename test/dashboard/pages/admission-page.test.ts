import { expect, test } from 'vitest'
import { admissionPage, type AdmissionPage } from '../../../src/dashboard/pages/admission-page.tsx'
import { contentOf, textOf } from '../../support/builders/a-page.ts'

const PAGE: AdmissionPage = {
  reason: 'not_signed_in',
  to: '/admin',
  isInsecure: false,
  isFromElsewhere: false,
}

test('the field of the token is named, hidden from eyes, and has the focus', async () => {
  const html = await contentOf(admissionPage(PAGE))
  expect(html).toContain('<label for="token">Admin token</label>')
  expect(html).toMatch(/<input id="token"[^>]*type="password"[^>]*autofocus/)
  expect(html).not.toContain('role="alert"')
})

test('the reason of a further try is said to a screen reader, and belongs to the field', async () => {
  const html = await contentOf(admissionPage({ ...PAGE, reason: 'wrong_token' }))
  expect(html).toContain('role="alert" id="why"')
  expect(html).toMatch(/<input id="token"[^>]*aria-describedby="why"[^>]*aria-invalid="true"/)
})

test('a reader over http is told why no browser would keep the session', async () => {
  expect(await textOf(admissionPage({ ...PAGE, isInsecure: true }))).toContain('over https only')
})
