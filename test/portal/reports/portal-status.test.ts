/** The state of a portal in one word with its remedy. */
import { describe, expect, it } from 'vitest'
import { remedyOfTrouble, type AccessTrouble } from '../../../src/core/access/access.ts'
import { portalStatus, remedyOfStatus } from '../../../src/portal/reports/portal-status.ts'
import {
  aShownPortal,
  INSTALLED,
  PENDING,
  type ShownPortal,
} from '../../support/builders/a-shown-portal.ts'
import { anApplication } from '../../support/builders/an-install.ts'
import { NOW } from '../../support/time.ts'

const WEBHOOK = { webhooks: [{ hash: 'b', portal: 'acme.bitrix24.com', since: NOW }] }

function troubled(trouble: AccessTrouble) {
  return { access: { trouble, code: '', at: NOW } }
}

describe('the state of a portal', () => {
  it.each<[string, ShownPortal, string, unknown]>([
    ['of which nothing is known', {}, 'uninstalled', null],
    ['whose install is pending', { pending: PENDING }, 'pending', null],
    [
      'whose storage is full',
      { install: INSTALLED, isFull: true },
      'portal_full',
      expect.stringMatching(/set MAX_LOG_BYTES/),
    ],
    ['with a webhook alone', { install: WEBHOOK }, 'active', null],
    [
      'whose incoming webhook is refused',
      { install: { ...WEBHOOK, ...troubled('webhook_refused') } },
      'tokens_lost',
      remedyOfTrouble('webhook_refused'),
    ],
    [
      'whose installation was not finished',
      { install: { ...INSTALLED, application: anApplication({ finished: false }) } },
      'unfinished',
      expect.stringMatching(/until the installation is finished/),
    ],
    [
      'that has not told its application token',
      { install: { ...INSTALLED, hashes: [] } },
      'unfinished',
      expect.stringMatching(/has not told its application token/),
    ],
    ['with an application', { install: INSTALLED }, 'active', null],
    // An install that is pending beside one that is trusted changes nothing.
    [
      'with an application and a pending install',
      { install: INSTALLED, pending: PENDING },
      'active',
      null,
    ],
    [
      'whose application is configured no more',
      { install: { ...INSTALLED, ...troubled('suspended') }, configured: false },
      'tokens_lost',
      remedyOfTrouble('not_configured'),
    ],
    [
      'whose plan has ended',
      { install: { ...INSTALLED, ...troubled('suspended') } },
      'suspended',
      remedyOfTrouble('suspended'),
    ],
    [
      'whose pairs are lost',
      { install: INSTALLED, pairs: 'lost' },
      'tokens_lost',
      remedyOfTrouble('tokens_lost'),
    ],
  ])('%s', (_case, shown, state, remedy) => {
    const parts = aShownPortal(shown)
    expect(portalStatus(parts)).toBe(state)
    expect(remedyOfStatus(parts)).toEqual(remedy)
  })
})
