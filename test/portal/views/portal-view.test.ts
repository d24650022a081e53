/** The view of a portal as a whole. Its pieces are tested beside it. */
import { expect, it } from 'vitest'
import { NO_INSTALL } from '../../../src/core/access/installs/install.ts'
import { portalView } from '../../../src/portal/views/portal-view.ts'
import { aShownPortal, INSTALLED } from '../../support/builders/a-shown-portal.ts'
import { NOW } from '../../support/time.ts'

it('names other relays of the application, with what to do about them', () => {
  const others = ['other-relay.example.com']
  const subscriptions = { ...NO_INSTALL.subscriptions, others }
  expect(
    portalView(aShownPortal({ install: { ...INSTALLED, subscriptions } }), NOW).subscriptions,
  ).toEqual({
    checkedAt: null,
    missing: [],
    others,
    remedy: expect.stringContaining('Another relay serves the same application'),
  })
})
