import { describe, expect, it } from 'vitest'
import { NO_INSTALL, type InstallState } from '../../../src/core/access/installs/install.ts'
import { BulletinLanes } from '../../../src/portal/bulletins/bulletin-lanes.ts'
import type { Destination } from '../../../src/destinations/settings/destination.ts'
import { aLane } from '../../support/builders/a-lane.ts'
import { configured, machine } from '../../support/builders/entries.ts'
import { aReceiver } from '../../support/builders/send-builders.ts'

interface Given {
  readonly destinations?: readonly Destination[] | null
  readonly install?: Partial<InstallState>
  readonly known?: readonly string[]
  readonly isUsable?: boolean
  readonly hasValues?: boolean
}

function lanesOf({
  destinations = configured([machine('erp'), machine('ops', { events: ['relay.*'] })]),
  install = {},
  known = [],
  isUsable = true,
  hasValues = true,
}: Given): BulletinLanes {
  return new BulletinLanes({
    memberId: 'm1',
    config: { destinations },
    state: { install: () => ({ ...NO_INSTALL, ...install }) },
    receivers: {
      open: () => (isUsable ? aReceiver() : null),
      hasValues: () => hasValues,
      fingerprint: ({ name }) => `print of ${name}`,
    },
    book: { all: () => known.map((destination) => aLane({ destination })) },
  })
}

describe('isConcerned()', () => {
  it.each([
    ['no destinations', null, false],
    ['none that asks', configured([machine('erp', { events: ['*'] })]), false],
    ['one that asks', configured([machine('erp', { events: ['*', 'relay.lane.*'] })]), true],
    ['a fallback', configured([machine('erp', { fallback: 'ops' }), machine('ops')]), true],
  ])('of a configuration with %s', (_, destinations, isConcerned) => {
    const lanes = lanesOf({ destinations })
    expect([lanes.isConcerned(), lanes.isConcerned()]).toEqual([isConcerned, isConcerned])
  })
})

describe('recipientsOf()', () => {
  const bulletin = { type: 'relay.portal.uninstalled', about: null } as const
  const ops = { events: ['relay.*'], portals: ['acme.bitrix24.com'] }
  const destinations = configured([machine('ops', ops)])

  it('knows a portal by the domain that it had, also after its end', () => {
    const install = { endedDomain: 'acme.bitrix24.com' }
    expect(lanesOf({ destinations, install }).recipientsOf(bulletin).to).toEqual(['ops'])
    expect(lanesOf({ destinations }).recipientsOf(bulletin).to).toEqual([])
  })
})

describe('a fallback', () => {
  const bulletin = { type: 'relay.lane.disabled', about: 'erp' } as const
  const erp = machine('erp', { fallback: 'acme', portals: ['*'] })
  const acme = machine('acme', { portals: ['acme.bitrix24.com'] })
  const destinations = configured([erp, acme])

  it('is told of the portals that it takes, and of no other customer', () => {
    const of = (endedDomain: string) => lanesOf({ destinations, install: { endedDomain } })
    expect(of('acme.bitrix24.com').recipientsOf(bulletin).to).toEqual(['acme'])
    expect(of('beta.bitrix24.com').recipientsOf(bulletin)).toEqual({ isWanted: false, to: [] })
  })
})

describe('terms()', () => {
  it('are the lanes that are there and further ones, as far as they are configured', () => {
    const { plans, head } = lanesOf({ known: ['erp', 'gone'] }).terms(['ops'], 7)
    expect(head).toBe(7)
    expect(
      plans?.map(({ destination, fingerprint, problem, silent }) => ({
        destination,
        fingerprint,
        problem,
        silent,
      })),
    ).toEqual([
      { destination: 'erp', fingerprint: 'print of erp', problem: null, silent: null },
      { destination: 'ops', fingerprint: 'print of ops', problem: null, silent: null },
    ])
  })

  it('stop a lane that cannot be used, and pass what the portal has no value for', () => {
    expect(lanesOf({ isUsable: false }).terms(['ops'], 0).plans).toMatchObject([
      { problem: 'misconfigured', fingerprint: 'unusable print of ops', silent: null },
    ])
    expect(lanesOf({ isUsable: false, hasValues: false }).terms(['ops'], 0).plans).toMatchObject([
      { problem: null, silent: 'no_value' },
    ])
  })

  it('are unknown while the destinations cannot be read', () => {
    expect(lanesOf({ destinations: null }).terms(['ops'], 0).plans).toBeNull()
  })
})
