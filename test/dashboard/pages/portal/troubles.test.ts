/** Everything that can be wrong with a portal is told, with what ends it. */
import { expect, test } from 'vitest'
import type { WholeView } from '../../../../src/core/views/whole-view.ts'
import { outsideTroublesOf, troublesOf } from '../../../../src/dashboard/pages/portal/troubles.ts'
import {
  ago,
  aDisabledLane,
  aLaneView,
  aPortalView,
  MEMBER_ID,
} from '../../../support/builders/a-view.ts'

/** What is wrong, as lines. */
function linesOf(partial: Partial<WholeView>): readonly string[] {
  return troublesOf(aPortalView(partial)).map(
    ({ tone, text, remedy, act }) =>
      `${tone}: ${text}. ${remedy ?? '-'} [${act?.to.replace(MEMBER_ID, 'M') ?? ''}]`,
  )
}

test('nothing is wrong with a portal that works', () => {
  expect(linesOf({})).toEqual([])
})

test.each([
  'portal_full',
  'pending',
  'unfinished',
  'tokens_lost',
  'no_rights',
  'suspended',
  'uninstalled',
  'deleted',
] as const)('the state %s is told with its remedy', (state) => {
  expect(linesOf({ state, remedy: 'Do this' })).toEqual([
    expect.stringMatching(/^(?:bad|warn): .*\. Do this \[\]$/),
  ])
})

const PENDING = {
  kind: 'unanswered',
  clientId: null,
  domain: 'new.bitrix24.com',
  since: ago(0),
  expiresAt: ago(0),
  remedy: 'Wait',
} as const

test('what bulletins have told and what lasts is told once, with the remedy', () => {
  const openBulletins = [
    { type: 'relay.portal.quiet', about: null, since: ago(0) },
    { type: 'relay.lane.behind', about: 'erp', since: ago(0) },
    { type: 'relay.lane.disabled', about: 'erp', since: ago(0) },
    { type: 'relay.portal.tokens_lost', about: null, since: ago(0) },
    { type: 'relay.portal.storage', about: null, since: null },
  ] as const
  expect(linesOf({ openBulletins })).toEqual([
    'warn: No event has come for longer than usual. Look whether the portal is bound to its events []',
    'warn: erp is behind: its oldest event waits for more than half an hour. The lane goes on by itself when its receiver answers; its last error says what is wrong []',
    'warn: The log is nearly full. Allow a larger MAX_LOG_BYTES or a smaller RETENTION_DAYS, and look for a lane that stands []',
  ])
  expect(linesOf({ openBulletins: [openBulletins[4]], state: 'portal_full' })).toHaveLength(1)
})

test('bulletins that a destination has not taken are told with the way to replay them', () => {
  const fate = {
    destination: 'ops',
    state: 'parked',
    at: ago(0),
    attempts: 1,
    reason: 'http_422',
  } as const
  const told = { type: 'relay.portal.quiet', about: null, at: ago(0) } as const
  const bulletins = [1, 2].map((n) => ({ ...told, n, id: `m-relay-${n}`, fates: [fate] }))
  expect(linesOf({ bulletins })).toEqual([
    expect.stringMatching(
      /^warn: ops has not taken 2 bulletins of the relay: the receiver refused it\. .* \[\/admin\/portals\/M\/lanes\/ops\/replay\]$/,
    ),
  ])
})

test.each<[string, Partial<WholeView>, string]>([
  [
    'a disabled lane',
    { lanes: [aDisabledLane()] },
    'bad: erp is disabled, and its events wait: the receiver says that the address is gone for good. Make a new webhook at the receiver and put its address into this destination: the lane goes on as soon as the setting changes [/admin/portals/M/lanes/erp/resume]',
  ],
  [
    'a lane that tries again',
    { lanes: [aLaneView({ state: 'retrying' })] },
    'warn: erp waits for a further attempt. The relay tries again by itself []',
  ],
  [
    'a parked event',
    { lanes: [aLaneView({ parked: 1 })] },
    'warn: 1 event is parked, which was not taken or set aside. - [/admin/portals/M/parked]',
  ],
  [
    'a quarantined event',
    { quarantined: 1 },
    'warn: 1 event is quarantined: authentic, and not understood. - [/admin/portals/M/parked#quarantined]',
  ],
  [
    'a log that is too large',
    { storage: { bytes: 2 ** 20, maxBytes: 2 ** 20, full: false, crowdedOut: 3, heldBy: ['erp'] } },
    'bad: 3 events went before their time, because the log has 1 MiB. erp had still to get them. Resume or remove these destinations, or set a larger MAX_LOG_BYTES []',
  ],
  [
    'a trouble of access',
    { access: { trouble: 'suspended', code: '', at: null, remedy: 'Renew the plan' } },
    'warn: The portal cannot be asked (suspended). Renew the plan []',
  ],
  [
    'a pending install',
    { pending: { ...PENDING, others: [] } },
    `warn: An installation of new.bitrix24.com waits until ${ago(0)}. Wait []`,
  ],
  [
    'an uninstall notice',
    {
      uninstallNotice: {
        clean: true,
        denied: false,
        receivedAt: null,
        nextAskAt: null,
        remedy: 'An uninstall was told',
      },
    },
    'warn: An uninstall was told. - []',
  ],
  [
    'a recovery',
    { recovery: { from: 'kv', at: null, isConfirmed: false, remedy: 'It was restored' } },
    'warn: It was restored. - []',
  ],
  [
    'a missing subscription',
    {
      subscriptions: {
        checkedAt: null,
        missing: [
          { event: 'onTaskAdd', reason: 'no_scope', remedy: 'Add the scope' },
          { event: 'onTaskDelete', reason: 'no_scope', remedy: 'Add the scope' },
        ],
        others: [],
        remedy: null,
      },
    },
    'warn: Bitrix24 does not send onTaskAdd, onTaskDelete. Add the scope []',
  ],
  [
    'another relay',
    {
      subscriptions: { checkedAt: null, missing: [], others: ['b.example'], remedy: 'Remove one' },
    },
    'warn: The application is bound to b.example as well. Remove one []',
  ],
  [
    'another application',
    {
      install: {
        ...aPortalView().install,
        refusedApplication: { clientId: 'local.2', at: null, remedy: 'Choose' },
      },
    },
    'warn: The application local.2 was refused, because another one speaks for this portal. Choose []',
  ],
  [
    'a holder of the domain',
    { domainHolder: { memberId: 'b', remedy: 'Name it' } },
    'warn: The portal b had this domain first. Name it []',
  ],
  [
    'a refused installation',
    { refused: { count: 1, lastAt: null, reason: 'late', remedy: 'Install again' } },
    'warn: 1 installation was refused, the last one as late. Install again []',
  ],
  [
    'a damaged row',
    { damaged: [{ part: 'lanes', at: null }] },
    'warn: Damaged rows were set aside: lanes. See docs/storage.md; they are kept for 90 days []',
  ],
  [
    'an unreadable entity',
    { unreadable: ['CRM_13'] },
    'warn: The last comparison could not read CRM_13. - []',
  ],
])('%s is told', (_, partial, line) => {
  expect(linesOf(partial)).toEqual([line])
})

test('of many disabled lanes some are told one by one', () => {
  const lanes = Array.from({ length: 8 }, (_, index) => aDisabledLane({ destination: `d${index}` }))
  const lines = linesOf({ lanes })
  expect(lines).toHaveLength(6)
  expect(lines.at(-1)).toBe('bad: 3 more lanes disabled. Each says below what to do []')
})

test('one remedy is told once', () => {
  const pending = { ...PENDING, others: [] }
  expect(linesOf({ state: 'pending', remedy: null, pending })).toHaveLength(1)
  const access = { trouble: 'tokens_lost', code: '', at: null, remedy: 'Open it' } as const
  expect(linesOf({ state: 'tokens_lost', remedy: 'Open it', access })).toHaveLength(1)
})

test('requests outside of the object are told, the refused ones with a button', () => {
  const troubles = outsideTroublesOf(MEMBER_ID, { spilled: 1, spillRefused: 2 })
  expect(troubles.map(({ tone, text }) => `${tone}: ${text}`)).toEqual([
    'bad: 2 requests out of the spill were not believed',
    "warn: 1 request waits in the spill, since the portal's object could not be reached",
  ])
  expect(troubles[0]?.act?.to).toBe(`/admin/portals/${MEMBER_ID}/refused/replay`)
  expect(outsideTroublesOf(MEMBER_ID, { spilled: 0, spillRefused: 0 })).toEqual([])
})
