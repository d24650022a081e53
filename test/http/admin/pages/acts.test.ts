/** The acts of the dashboard do what their buttons say, and lead back to a page that says so. */
import { describe, expect } from 'vitest'
import { MAX_REPLAY_JOBS } from '../../../../src/core/lanes/state/replay-job.ts'
import { pageTest as it } from '../../../support/scenarios/page-scenario.ts'
import { until } from '../../../support/until.ts'

describe('a lane', () => {
  it('is paused and goes on', async ({ scenario }) => {
    await scenario.relay.passesOn()
    expect(await scenario.presses('lanes/erp/pause')).toBe('paused')
    expect((await scenario.lane('erp')).state).toBe('paused')
    expect(await scenario.presses('lanes/erp/resume')).toBe('active')
    expect((await scenario.lane('erp')).state).toBe('active')
  })

  it('that is stuck lets its front be parked', async ({ scenario }) => {
    scenario.receiver('erp').answers(410)
    await scenario.portal.sends()
    await until(async () => (await scenario.lane('erp')).state === 'disabled')
    expect(await scenario.presses('lanes/erp/park', { sequence: '2' })).toBe('not_head')
    expect(await scenario.presses('lanes/erp/park', { sequence: '1' })).toBe('parked')
    expect(await scenario.presses('lanes/erp/park', { sequence: 'x' })).toBe('invalid_request')
    expect((await scenario.lane('erp')).parked).toBe(1)
  })

  it('that does not exist is said not to', async ({ scenario }) => {
    await scenario.relay.passesOn()
    expect(await scenario.presses('lanes/other/pause')).toBe('unknown_lane')
    expect(await scenario.presses('lanes/other/replay', { parked: 'true' })).toBe('unknown_lane')
  })
})

describe('a replay', () => {
  it('sends one, some or all parked events again, and leads back to where its button stood', async ({
    scenario,
  }) => {
    scenario.receiver('erp').failsOnce({ 1: 422, 2: 422, 3: 422 })
    await scenario.relay.passesOn(4)
    const back = `/admin/portals/${scenario.memberId}/parked`
    expect(await scenario.presses('lanes/erp/replay', { sequence: '2', back })).toBe('replaying')
    await until(async () => (await scenario.lane('erp')).parked === 2)
    expect(await scenario.presses('lanes/erp/replay', { parked: 'true' })).toBe('replaying')
    await until(async () => (await scenario.lane('erp')).parked === 0)
    expect(await scenario.presses('lanes/erp/replay', { parked: 'true' })).toBe('nothing_to_replay')
    expect(await scenario.presses('lanes/erp/replay', { from: '4', to: '2' })).toBe(
      'invalid_request',
    )
  })

  it('of more events than the lane may have jobs begins not at all', async ({ scenario }) => {
    await scenario.relay.passesOn(30)
    const form = new URLSearchParams({ form: await scenario.browser.formToken() })
    for (let sequence = 1; sequence <= 21; sequence += 2) form.append('sequence', String(sequence))
    const response = await scenario.browser.asks(
      `/admin/portals/${scenario.memberId}/lanes/erp/replay`,
      {
        form,
      },
    )
    expect(response.headers.get('location')).toContain('said=too_many_chosen')
    expect(scenario.receiver('erp').count).toBe(30)
  })

  it('says that a part of it has begun where the lane takes no further one', async ({
    scenario,
  }) => {
    await scenario.relay.passesOn(14)
    await scenario.presses('lanes/erp/pause')
    for (let job = 1; job < MAX_REPLAY_JOBS; job += 1) {
      expect(await scenario.presses('lanes/erp/replay', { from: '1', to: '2' })).toBe('replaying')
    }
    const form = new URLSearchParams({ form: await scenario.browser.formToken() })
    for (const sequence of ['4', '6']) form.append('sequence', sequence)
    const path = `/admin/portals/${scenario.memberId}/lanes/erp/replay`
    const response = await scenario.browser.asks(path, { form })
    expect(response.headers.get('location')).toContain('said=replaying_in_part')
    expect(await scenario.presses('lanes/erp/replay', { sequence: '8' })).toBe('too_many_jobs')
  })

  it('does not lead to a foreign address', async ({ scenario }) => {
    await scenario.relay.passesOn()
    const path = `/admin/portals/${scenario.memberId}/lanes/erp/pause`
    const response = await scenario.browser.posts(path, { back: '//evil.example' })
    expect(response.headers.get('location')).toBe('/admin?said=paused')
  })
})

it.for(['lanes/erp/pause', 'lanes/erp/park', 'reconcile', 'pins/1/remove'])(
  'the address of %s, asked for without its button, leads to the page of the portal',
  async (act, { scenario }) => {
    const page = `/admin/portals/${scenario.memberId}`
    const response = await scenario.browser.asks(`${page}/${act}`)
    expect([response.status, response.headers.get('location')]).toEqual([303, page])
  },
)

describe('a portal', () => {
  it('without access cannot be compared, and says so', async ({ scenario }) => {
    await scenario.relay.passesOn()
    expect(await scenario.presses('reconcile')).toBe('no_access')
  })

  it('loses a pin, and says when there is none', async ({ scenario }) => {
    await scenario.relay.passesOn()
    expect(await scenario.presses('pins/9/remove')).toBe('unknown_pin')
  })

  it('hands refused requests over again', async ({ scenario }) => {
    await scenario.relay.passesOn()
    expect(await scenario.presses('refused/replay')).toBe('handed_over')
  })

  it('that is not known is a 404', async ({ scenario }) => {
    const path = `/admin/portals/${'f'.repeat(32)}/lanes/erp/pause`
    expect((await scenario.browser.posts(path)).headers.get('location')).toContain(
      'said=unknown_lane',
    )
    expect((await scenario.browser.posts('/admin/portals/x/lanes/erp/pause')).status).toBe(404)
  })
})
