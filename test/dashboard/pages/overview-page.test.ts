import { expect, test } from 'vitest'
import { overviewPage, type OverviewPage } from '../../../src/dashboard/pages/overview-page.tsx'
import type { BulletinType } from '../../../src/core/bulletins/bulletin.ts'
import type { RefusedCallerView } from '../../../src/core/views/refused-callers-view.ts'
import type { PortalRow } from '../../../src/core/views/portal-list.ts'
import { aPage, contentOf, textOf } from '../../support/builders/a-page.ts'
import { ago, HOSTILE, MEMBER_ID } from '../../support/builders/a-view.ts'

const ROW: PortalRow = {
  memberId: MEMBER_ID,
  domain: 'acme.bitrix24.com',
  state: 'active',
  backlog: 1200,
  parked: 3,
  oldestWaitingAt: ago(120_000),
  lastEventAt: ago(60_000),
  problem: null,
  destination: null,
  remedy: null,
  reportedAt: ago(0),
}

const DISABLED: PortalRow = {
  ...ROW,
  problem: 'lane_disabled',
  destination: 'erp',
  remedy: 'Resume it',
}

const REFUSED: RefusedCallerView = {
  at: ago(300_000),
  network: '198.51.100.0/24',
  memberId: MEMBER_ID,
  known: true,
  request: 'event',
  reason: 'wrong_token',
}

function pageOf(partial: Partial<OverviewPage> = {}) {
  return overviewPage({
    terms: aPage(),
    feedback: null,
    settings: [],
    warnings: [],
    troubled: [],
    told: [],
    refused: [],
    counts: { portals: 1, problems: 0 },
    portals: [ROW],
    cursor: null,
    text: '',
    ...partial,
  })
}

test('a portal has its state, what waits, what is parked and its last event', async () => {
  const text = await textOf(pageOf())
  expect(text).toMatch(/^Overview Nothing is wrong\. 1 portal/)
  expect(text).toContain('acme.bitrix24.com active 1,200 2 min ago 3 1 min ago')
})

test('what is wrong comes first: settings, then portals, each with its remedy and its button', async () => {
  const page = pageOf({
    settings: [{ setting: 'DESTINATIONS', problem: 'Must be a list' }],
    warnings: ['It is unsafe'],
    troubled: [DISABLED, { ...ROW, problem: 'parked', destination: 'crm', remedy: 'Look' }],
    counts: { portals: 9, problems: 5 },
  })
  expect(await textOf(page)).toMatch(
    /^Overview The setting DESTINATIONS is wrong\. Must be a list\. .*It is unsafe\. docs.troubleshooting\.md says .*acme\.bitrix24\.com : erp is disabled, and its events wait\. Resume it\. Resume erp .*crm has parked events.*See the parked events.*and 3 more portals with a problem 9 portals/,
  )
  const html = await contentOf(page)
  expect(html).toContain(`action="/admin/portals/${MEMBER_ID}/lanes/erp/resume"`)
  expect(html).toContain(`href="/admin/portals/${MEMBER_ID}/parked"`)
})

const TOLD = {
  memberId: MEMBER_ID,
  domain: 'acme.bitrix24.com',
  open: [
    { type: 'relay.portal.quiet', about: null, since: ago(3_600_000) },
    { type: 'relay.lane.disabled', about: 'erp', since: null },
    { type: 'relay.lane.behind', about: 'crm', since: ago(60_000) },
  ],
} as const

test('what bulletins have told and what lasts stands there with its remedy and its button', async () => {
  const page = pageOf({ told: [TOLD] })
  const text = await textOf(page)
  expect(text).not.toContain('Nothing is wrong')
  expect(text).toContain(
    'acme.bitrix24.com : no event has come for longer than usual , told 1 h ago . Look whether the portal is bound to its events. See the portal',
  )
  expect(text).toContain('acme.bitrix24.com : erp is disabled, and its events wait .')
  expect(text).toContain('crm is behind: its oldest event waits for more than half an hour')
  const html = await contentOf(page)
  expect(html).toContain(`action="/admin/portals/${MEMBER_ID}/lanes/erp/resume"`)
  expect(html).toContain(`<a class="button" href="/admin/portals/${MEMBER_ID}"`)
})

test('a call that was refused lately in the name of a known portal is a warning, and leads to the list', async () => {
  const refused = [
    { ...REFUSED, known: false, reason: 'unknown_portal' as const, at: ago(60_000) },
    REFUSED,
  ]
  const page = pageOf({ refused })
  expect(await textOf(page)).toContain(
    'A call in the name of a known portal was not let through 5 min ago : the portal is known, and this token does not speak for it. See the refused callers',
  )
  expect(await contentOf(page)).toContain('class="strip warn"')
  expect(await textOf(page)).toContain('No portal needs anybody.')
  expect(await textOf(page)).not.toContain('Nothing is wrong')
})

test('beside a warning about the settings it is not said that nothing is wrong', async () => {
  const text = await textOf(pageOf({ warnings: ['PUBLIC_URL has a path'] }))
  expect(text).toContain('No portal needs anybody.')
  expect(text).not.toContain('Nothing is wrong')
})

test('strangers, and what is older than a day, are a note with the same link', async () => {
  for (const one of [
    { ...REFUSED, known: false },
    { ...REFUSED, at: ago(25 * 3_600_000) },
    { ...REFUSED, at: null },
  ]) {
    const page = pageOf({ refused: [one] })
    expect(await textOf(page)).toContain('Nothing is wrong. Calls were not let through')
    const html = await contentOf(page)
    expect(html).toContain('href="/admin/refused"')
    expect(html).not.toContain('strip warn')
  }
  expect(await contentOf(pageOf())).not.toContain('/admin/refused')
})

test('a longer list has a next page, which keeps what is looked for', async () => {
  const html = await contentOf(pageOf({ cursor: 'b'.repeat(32), text: 'acme & co' }))
  expect(html).toContain(`href="/admin?q=acme+%26+co&amp;cursor=${'b'.repeat(32)}"`)
  expect(html).toContain('value="acme &amp; co"')
})

test('an empty list says what to do', async () => {
  expect(await textOf(pageOf({ portals: [] }))).toContain('Install the application in a portal')
  expect(await textOf(pageOf({ portals: [], text: 'x' }))).toContain('No portal has such a domain')
})

test('a portal without a domain is named by its member id, a problem by its word', async () => {
  const portals = [{ ...DISABLED, domain: null, lastEventAt: null, oldestWaitingAt: null }]
  expect(await textOf(pageOf({ portals }))).toContain(
    `${MEMBER_ID} active lane disabled 1,200 – 3 –`,
  )
})

test('a name cannot leave its place', async () => {
  const row = {
    ...DISABLED,
    domain: HOSTILE,
    destination: HOSTILE,
    remedy: HOSTILE,
    // Sound: a directory of a later release may name a state that this one does not know.
    state: HOSTILE as PortalRow['state'],
  }
  // Sound: a portal of a later release may tell a type that this one does not know.
  const open = [{ type: HOSTILE as BulletinType, about: HOSTILE, since: null }]
  const told = [{ memberId: HOSTILE, domain: HOSTILE, open }]
  const html = await contentOf(pageOf({ portals: [row], troubled: [row], told, text: HOSTILE }))
  expect(html).not.toMatch(/<img|<script/)
})
