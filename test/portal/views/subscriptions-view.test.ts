/** The bindings of a portal as the admin API shows them. */
import { expect, it } from 'vitest'
import { NO_INSTALL, type InstallState } from '../../../src/core/access/installs/install.ts'
import { subscriptionsView } from '../../../src/portal/views/subscriptions-view.ts'
import { INSTALLED } from '../../support/builders/a-shown-portal.ts'

function view(install: Partial<InstallState>, wantedEvents: readonly string[] = []) {
  return subscriptionsView({
    state: { install: () => ({ ...NO_INSTALL, ...install }) },
    config: { wantedEvents },
  })
}

it('names other relays of the application, with what to do about them', () => {
  const others = ['other-relay.example.com']
  const subscriptions = { ...NO_INSTALL.subscriptions, others }
  expect(view({ ...INSTALLED, subscriptions })).toEqual({
    checkedAt: null,
    missing: [],
    others,
    remedy: expect.stringContaining('Another relay serves the same application'),
  })
})

it('says of each missing event why, and what to do; a row of an older version says neither', () => {
  const subscriptions = {
    ...NO_INSTALL.subscriptions,
    missing: ['ONTASKADD', 'ONCRMLEADADD'],
    missingBecause: [{ event: 'ONTASKADD', reason: 'no_scope', detail: 'task' } as const],
  }
  expect(view({ ...INSTALLED, subscriptions }).missing).toEqual([
    {
      event: 'OnTaskAdd',
      reason: 'no_scope',
      remedy: expect.stringMatching(/scope.*: task$/),
    },
    { event: 'onCrmLeadAdd', reason: null, remedy: null },
  ])
})

it('says which events have to be ticked where only outgoing webhooks send them', () => {
  const webhooks = [{ hash: 'h', portal: 'acme.bitrix24.com', since: 1 }]
  const wanted = ['ONAPPUPDATE', 'ONCRMDEALADD', 'MODULE.VISIT']
  expect(view({ webhooks }, wanted).tick).toEqual(['onCrmDealAdd', 'MODULE.VISIT'])
  expect(view({ ...INSTALLED, webhooks }, wanted).tick).toBeUndefined()
  expect(view({}, wanted).tick).toBeUndefined()
})
