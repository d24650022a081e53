/** What the view of a portal tells of its installation, each time with a remedy. */
import { describe, expect, it } from 'vitest'
import { NO_INSTALL } from '../../../src/core/access/installs/install.ts'
import type { PendingRow } from '../../../src/core/access/installs/pending-row.ts'
import {
  accessView,
  domainHolderView,
  noticeView,
  otherApplicationView,
  pendingView,
  recoveryView,
} from '../../../src/portal/views/install-views.ts'
import { aShownPortal, INSTALLED, PENDING } from '../../support/builders/a-shown-portal.ts'
import { anApplication } from '../../support/builders/an-install.ts'
import { NOW } from '../../support/time.ts'

describe('the views of an installation', () => {
  it('shows no time of a trouble that was met at no time', () => {
    const access = aShownPortal({ install: INSTALLED, configured: false }).troubles.current()
    expect(access && accessView(access)).toMatchObject({ trouble: 'not_configured', at: null })
  })

  it.each<[string, Partial<PendingRow>, RegExp]>([
    ['names the application', { kind: 'unknown_application', clientId: 'local.1' }, /to local\.1 /],
    ['names none that it does not know', { kind: 'unknown_application' }, /to the client id /],
    ['tells that nobody has answered', {}, /did not answer/],
  ])('of a pending install %s in the remedy', (_case, changes, remedy) => {
    expect(pendingView({ ...PENDING, ...changes }).remedy).toMatch(remedy)
  })

  it('tell of pending installs that wait beside the first one', () => {
    const { nextCheckAt: _, others: none, ...second } = { ...PENDING, domain: 'b.bitrix24.com' }
    expect(none).toEqual([])
    const { domain, others } = pendingView({ ...PENDING, others: [second] })
    expect({ domain, others: others.map((other) => other.domain) }).toEqual({
      domain: null,
      others: ['b.bitrix24.com'],
    })
  })

  it('name another application that was refused', () => {
    expect(otherApplicationView({ clientId: 'local.2', at: NOW })).toEqual({
      clientId: 'local.2',
      at: new Date(NOW).toISOString(),
      remedy: expect.any(String),
    })
  })

  it.each([
    ['another portal that had the domain first', 'b'.repeat(32), anApplication().domain, true],
    ['no portal that is the shown one', 'a'.repeat(32), anApplication().domain, false],
    ['no portal that had a former domain first', 'b'.repeat(32), 'former.example.com', false],
  ])('name %s', (_case, memberId, domain, isNamed) => {
    const install = { ...NO_INSTALL, ...INSTALLED, domainHolder: { memberId, domain } }
    const view = domainHolderView('a'.repeat(32), install)
    expect(view?.memberId ?? null).toBe(isNamed ? memberId : null)
  })

  it.each([
    [true, /says that the application is installed/],
    [false, /has not said yet/],
  ])('tell what becomes of an uninstall notice that was denied or not: %s', (denied, remedy) => {
    const notice = { ts: NOW / 1000, clean: true, receivedAt: NOW, nextAskAt: NOW + 1, denied }
    expect(noticeView(notice)).toEqual({
      clean: true,
      denied,
      receivedAt: new Date(NOW).toISOString(),
      nextAskAt: new Date(NOW + 1).toISOString(),
      remedy: expect.stringMatching(remedy),
    })
  })

  it.each([
    ['kv' as const, /restored from its copy in KV/],
    ['nothing' as const, /no copy of it was found/],
  ])('tell from what an install was recovered: %s', (from, remedy) => {
    expect(recoveryView({ from, at: NOW, isConfirmed: false }).remedy).toMatch(remedy)
  })
})
