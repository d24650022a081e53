/** Which lanes the configuration asks for, and what it wants of each. */
import { describe, expect, it } from 'vitest'
import { aLane } from '../../support/builders/a-lane.ts'
import { inLaneRoom } from '../../support/scenarios/lane-room-scenario.ts'
import { machine, type Entry } from '../../support/builders/entries.ts'

const OTHER_PORTAL = 'f'.repeat(32)

/** The plan of one destination in a portal with these values. */
function planOf(entry: Entry, values: Readonly<Record<string, string | null>> = {}) {
  return inLaneRoom({ destinations: [entry], values }, ({ plans }) => plans.all()?.[0])
}

describe('LanePlans.all()', () => {
  it('are the filters and fingerprints of the destinations', async () => {
    const entry = machine('erp', { events: ['onCrmDeal*'], fields: ['UF_*'], unchanged: 'skip' })
    expect(await planOf(entry)).toEqual({
      destination: 'erp',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      events: ['onCrmDeal*'],
      fields: ['UF_*'],
      silent: null,
      skipsUnchanged: true,
      problem: null,
    })
  })

  it('are not known while the configuration cannot be read', async () => {
    expect(await inLaneRoom({ destinations: null }, ({ plans }) => plans.all())).toBeNull()
  })

  it('hold the users and the conditions of a destination that has some', async () => {
    const filter = { users: ['!512'], when: ['data.ID = 7'] }
    expect(await planOf(machine('erp', filter))).toMatchObject(filter)
  })

  it.each([
    ['without its value', machine('erp', { url: '$portal.URL' }), {}, 'no_value'],
    [
      'with its value',
      machine('erp', { url: '$portal.URL' }),
      { URL: 'https://erp.example.com/' },
      null,
    ],
  ])('say why a destination %s gets nothing', async (_name, entry, values, silent) => {
    expect(await planOf(entry, values)).toMatchObject({ silent, problem: null })
  })

  it('leave out a destination whose `portals` do not take this portal', async () => {
    expect(await planOf(machine('erp', { portals: [OTHER_PORTAL] }))).toBeUndefined()
    const wrong = machine('erp', { portals: [OTHER_PORTAL], url: 'ftp://erp.example.com/' })
    expect(await planOf(wrong)).toBeUndefined()
  })

  it('hold a destination whose `portals` cannot be read: its events wait', async () => {
    const wrong = machine('erp', { portals: 7 })
    expect(await planOf(wrong)).toMatchObject({ problem: 'misconfigured' })
  })

  it('keep the lane of a destination that took this portal before, and say why it gets nothing', async () => {
    const entry = machine('erp', { portals: [OTHER_PORTAL] })
    const plan = await inLaneRoom({ destinations: [entry] }, ({ plans, book }) => {
      book.saveAll([aLane({ destination: 'erp', lastMeant: 7 })])
      return plans.all()?.[0]
    })
    expect(plan).toMatchObject({ silent: 'portal', problem: null })
  })

  it.each([
    ['a wrong setting', machine('erp', { url: 'ftp://erp.example.com/' }), {}],
    ['an unknown type', { name: 'erp', type: 'carrier-pigeon' }, {}],
    ['a value that makes no address', machine('erp', { url: '$portal.URL' }), { URL: 'nonsense' }],
    ['a value that cannot be opened', machine('erp', { url: '$portal.URL' }), { URL: null }],
  ])('let the events wait of a destination with %s', async (_name, entry, values) => {
    expect(await planOf(entry, values)).toMatchObject({
      fingerprint: expect.stringMatching(/^unusable /),
      events: ['*'],
      fields: [],
      silent: null,
      problem: 'misconfigured',
    })
  })

  it('keep the filter that stood while a destination is wrong', async () => {
    const wrong = machine('erp', { url: 'nonsense', fields: ['UF_OTHER'] })
    const plan = await inLaneRoom({ destinations: [wrong] }, (scenario) => {
      const stood = {
        from: 1,
        events: ['onCrmLead*'],
        fields: ['UF_LEAD'],
        users: ['!512'],
        when: ['data.ID = 7'],
        silent: null,
      }
      scenario.book.save({ ...scenario.lane(), epochs: [{ ...stood, skipsUnchanged: true }] })
      return scenario.plans.all()?.[0]
    })
    expect(plan).toMatchObject({
      events: ['onCrmLead*'],
      fields: ['UF_LEAD'],
      users: ['!512'],
      when: ['data.ID = 7'],
      skipsUnchanged: true,
    })
  })

  it.each([{ users: ['anna'] }, { when: ['data.ID > 7'] }])(
    'let the events wait of a destination with the wrong filter %j',
    async (wrong) => {
      expect(await planOf(machine('erp', wrong))).toMatchObject({ problem: 'misconfigured' })
    },
  )
})
