import { expect, test } from 'vitest'
import { TroubleList } from '../../../../src/dashboard/pages/portal/trouble-list.tsx'
import { aPage } from '../../../support/builders/a-page.ts'

const htmlOf = (troubles: Parameters<typeof TroubleList>[0]['troubles']) =>
  String(TroubleList({ troubles, terms: aPage() }))

test('a trouble has its button or its link', () => {
  const trouble = { tone: 'bad', text: 'It is wrong', remedy: 'Do this' } as const
  const button = htmlOf([{ ...trouble, act: { kind: 'button', label: 'Resume', to: '/admin/a' } }])
  expect(button).toContain('<form method="post" action="/admin/a">')
  const link = htmlOf([{ ...trouble, act: { kind: 'link', label: 'See', to: '/admin/b' } }])
  expect(link).toContain('<a class="button" href="/admin/b">See</a>')
  expect(htmlOf([{ ...trouble, act: null }])).toContain(
    '<strong>It is wrong.</strong></p><p>Do this.</p>',
  )
})

test('without any trouble there is no empty list, which a screen reader would announce', () => {
  expect(TroubleList({ troubles: [], terms: aPage() })).toBeNull()
})
