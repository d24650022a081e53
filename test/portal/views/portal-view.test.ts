/** The state of a portal in one word with its remedy, and the progress of its lanes. */
import { describe, expect, it } from 'vitest'
import {
  accessOf,
  remedyOfTrouble,
  type AccessTrouble,
  type AccessState,
} from '../../../src/core/access/access.ts'
import { NO_INSTALL, type InstallState } from '../../../src/core/access/install.ts'
import type { PendingRow } from '../../../src/core/access/pending-row.ts'
import { NO_RECONCILIATION } from '../../../src/core/fields/reconciliation.ts'
import type { LaneState } from '../../../src/core/lanes/state/lane-state.ts'
import type { LogEntry } from '../../../src/core/log/event.ts'
import {
  installStatus,
  portalView,
  type PortalViewParts,
} from '../../../src/portal/views/portal-view.ts'
import { anApplication } from '../../support/builders/an-install.ts'
import { aLane, anEntry, pagesOf } from '../../support/builders/a-lane.ts'
import { NOW } from '../../support/time.ts'

/** A portal as its view reads it. */
interface Shown {
  readonly install?: Partial<InstallState>
  readonly pending?: PendingRow | null
  readonly configured?: boolean
  readonly pairs?: ReturnType<PortalViewParts['troubles']['pairState']>
  readonly entries?: readonly LogEntry[]
  readonly lanes?: readonly LaneState[]
  readonly parked?: Readonly<Record<string, number>>
}

function partsOf({
  install = {},
  pending = null,
  configured = true,
  pairs = 'valid',
  entries = [],
  lanes = [],
  parked = {},
}: Shown): PortalViewParts {
  const { clientId, oauthUrl } = anApplication()
  const config = {
    applications: new Map(configured ? [[clientId, 'secret']] : []),
    oauthUrls: [oauthUrl],
  }
  const current = (): AccessState | null => accessOf({ ...NO_INSTALL, ...install }, config)
  return {
    memberId: 'a'.repeat(32),
    state: {
      install: () => ({ ...NO_INSTALL, ...install }),
      pending: () => pending,
      head: () => entries.at(-1)?.sequence ?? 0,
      damaged: () => [],
    },
    log: {
      ...pagesOf(entries),
      counts: () => ({ entries: entries.length, reconciled: 0, thin: 0, quarantined: 0 }),
    },
    fates: { countParked: (destination) => parked[destination] ?? 0 },
    book: { all: () => lanes },
    rules: { find: () => null, problems: () => [] },
    trust: { domain: () => 'acme.bitrix24.com' },
    troubles: { current, pairState: () => pairs },
    reconciliation: { state: () => NO_RECONCILIATION },
  }
}

const HASHES = [{ hash: 'a', until: null }]
const INSTALLED = { application: anApplication(), hashes: HASHES }
const WEBHOOK = { webhooks: [{ hash: 'b', portal: 'acme.bitrix24.com', since: NOW }] }

const PENDING: PendingRow = {
  kind: 'unanswered',
  sealed: 'v1.k1.AAAA.AAAA',
  tokenHash: null,
  ts: NOW / 1000,
  since: NOW,
  expiresAt: NOW + 1000,
  nextCheckAt: NOW,
  network: null,
  others: [],
  clientId: null,
  domain: null,
}

function troubled(trouble: AccessTrouble) {
  return { access: { trouble, code: '', at: NOW } }
}

describe('the state of a portal', () => {
  it.each<[string, Shown, string, unknown]>([
    ['of which nothing is known', {}, 'uninstalled', null],
    ['whose install is pending', { pending: PENDING }, 'pending', null],
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
    expect(portalView(partsOf(shown), NOW)).toMatchObject({ state, remedy })
  })

  it('shows no time of a trouble that was met at no time', () => {
    const { access } = portalView(partsOf({ install: INSTALLED, configured: false }), NOW)
    expect(access).toMatchObject({ trouble: 'not_configured', at: null })
  })

  it.each<[string, Partial<PendingRow>, RegExp]>([
    ['names the application', { kind: 'unknown_application', clientId: 'local.1' }, /to local\.1 /],
    ['names none that it does not know', { kind: 'unknown_application' }, /to the client id /],
    ['tells that nobody has answered', {}, /did not answer/],
  ])('of a pending install %s in the remedy', (_case, changes, remedy) => {
    const { pending } = portalView(partsOf({ pending: { ...PENDING, ...changes } }), NOW)
    expect(pending?.remedy).toMatch(remedy)
  })
})

describe('a lane in the view', () => {
  const ENTRIES = [41, 42, 43].map((sequence) => anEntry({ sequence, receivedAt: NOW + sequence }))

  it.each<[string, Partial<LaneState>, object]>([
    ['has passed everything', { cursor: 43 }, { backlog: 0, oldestWaitingAt: null }],
    [
      'waits since the first event behind its cursor',
      { cursor: 41 },
      { backlog: 2, oldestWaitingAt: new Date(NOW + 42).toISOString(), nextAttemptAt: null },
    ],
    [
      'gathers events until a time',
      { cursor: 42, gatherUntil: NOW + 7 },
      { state: 'active', nextAttemptAt: new Date(NOW + 7).toISOString(), waitsFor: 'digest' },
    ],
    [
      'retries at a time',
      { cursor: 42, attempts: 1, nextAttemptAt: NOW + 9, gatherUntil: NOW + 7 },
      { state: 'retrying', nextAttemptAt: new Date(NOW + 9).toISOString(), waitsFor: 'retry' },
    ],
    [
      'waits for the pace of its receiver',
      { cursor: 42, notBefore: NOW + 5 },
      { state: 'active', nextAttemptAt: new Date(NOW + 5).toISOString(), waitsFor: 'pace' },
    ],
    [
      'waits no more',
      { cursor: 42, notBefore: NOW },
      { state: 'active', nextAttemptAt: null, waitsFor: null },
    ],
    [
      'does not retry while it is paused',
      { cursor: 42, attempts: 1, status: 'paused' },
      { state: 'paused', attempts: 1 },
    ],
  ])('%s', (_case, changes, expected) => {
    const lanes = [aLane(changes)]
    expect(portalView(partsOf({ entries: ENTRIES, lanes }), NOW).lanes).toMatchObject([expected])
  })
})

it('names other relays of the application, with what to do about them', () => {
  const others = ['other-relay.example.com']
  const subscriptions = { ...NO_INSTALL.subscriptions, others }
  expect(
    portalView(partsOf({ install: { ...INSTALLED, subscriptions } }), NOW).subscriptions,
  ).toEqual({
    checkedAt: null,
    missing: [],
    others,
    remedy: expect.stringContaining('Another relay serves the same application'),
  })
})

describe('installStatus()', () => {
  it('tells of the slowest lane and of everything parked, and of no removed lane', () => {
    const lanes = [
      aLane({ destination: 'erp', cursor: 41 }),
      aLane({ destination: 'crm', cursor: 42 }),
      aLane({ destination: 'old', cursor: 1, status: 'removed' }),
    ]
    const entries = [anEntry({ sequence: 41 }), anEntry({ sequence: 43, receivedAt: NOW + 43 })]
    const parked = { erp: 2, crm: 1, old: 5 }
    const subscriptions = {
      ...NO_INSTALL.subscriptions,
      checkedAt: NOW,
      missing: ['ONCRMDEALADD'],
    }
    const install = { ...INSTALLED, subscriptions }
    expect(installStatus(partsOf({ install, lanes, entries, parked }))).toEqual({
      state: 'active',
      missing: ['onCrmDealAdd'],
      lastEventAt: NOW + 43,
      waiting: 2,
      parked: 3,
    })
  })

  it('tells of nothing before the first event', () => {
    expect(installStatus(partsOf({ install: INSTALLED }))).toMatchObject({
      lastEventAt: null,
      waiting: 0,
      parked: 0,
    })
  })
})
