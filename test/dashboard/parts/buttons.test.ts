import { expect, test } from 'vitest'
import { ActButton, FormToken } from '../../../src/dashboard/parts/buttons.tsx'
import { aPage } from '../../support/builders/a-page.ts'

test('a button is a form that brings its proof and its members', () => {
  const button = ActButton({
    terms: aPage(),
    to: '/admin/a',
    members: { sequence: '"4' },
    about: 'of erp',
    children: 'Park',
  })
  expect(String(button)).toBe(
    '<form method="post" action="/admin/a"><input type="hidden" name="form" value="a-proof"/>' +
      '<input type="hidden" name="sequence" value="&quot;4"/>' +
      '<button class="">Park<span class="unseen"> of erp</span></button></form>',
  )
})

test('a bearer has no proof to bring', () => {
  expect(FormToken({ terms: aPage({ formToken: null }) })).toBeNull()
})
