/** The view of a portal as a whole. Its pieces are tested beside it. */
import { expect, it } from 'vitest'
import { portalView } from '../../../src/portal/views/portal-view.ts'
import { aShownPortal, INSTALLED } from '../../support/builders/a-shown-portal.ts'

it('says who the portal is and how it stands', () => {
  expect(portalView(aShownPortal({ install: INSTALLED }))).toMatchObject({
    memberId: 'a'.repeat(32),
    domain: 'acme.bitrix24.com',
    state: 'active',
    remedy: null,
    install: { kinds: ['application'], tokens: 'valid' },
  })
})
