/** What stands between the log and one destination. */
import { describe, expect, it } from 'vitest'
import type { FilteredBy, FilterReason } from '../../../src/core/lanes/filters/filter-reason.ts'
import { wayChecks } from '../../../src/core/why/way-checks.ts'
import type { AskedEvent, WayFacts } from '../../../src/core/why/why-facts.ts'
import { aLaneView, ago, PARKED_FATE, WAITING_FATE } from '../../support/builders/a-view.ts'
import { anAbsentEvent, aStoredEvent, aWay } from '../../support/builders/a-why.ts'

const explainFailure = (reason: string) => ({
  meaning: `means ${reason}`,
  remedy: `mend ${reason}`,
})

function checksOf(way: WayFacts, event: AskedEvent) {
  return wayChecks(way, { event, explainFailure })
}

/** Each check as `step reason`, with `!` before one that blocks. */
function reasonsOf(way: WayFacts, event: AskedEvent): readonly string[] {
  return checksOf(way, event).map(
    ({ step, reason, blocks }) => `${blocks ? '!' : ''}${step} ${reason}`,
  )
}

const WAITING = aStoredEvent({ fates: { erp: WAITING_FATE } })

describe('the way to a destination', () => {
  it('says of a delivered event when it was taken, and with which others', () => {
    const digest = { first: 40, last: 44, count: 3 }
    const fates = { erp: { ...PARKED_FATE, state: 'delivered', attempts: 3, reason: null, digest } }
    // Sound: the fate is one of a delivered event.
    const event = aStoredEvent({ fates: fates as never })
    expect(checksOf(aWay({ lane: aLaneView({ state: 'removed' }) }), event)).toEqual([
      {
        step: 'delivery',
        reason: 'delivered',
        blocks: false,
        finding: `The receiver has taken it at ${ago(59_000)}, by attempt 3, in one message with 3 events from 40 to 44`,
        remedy: null,
      },
    ])
  })

  it('says of a parked event why, and that a replay follows the mending', () => {
    expect(checksOf(aWay(), aStoredEvent({ fates: { erp: PARKED_FATE } })).at(-1)).toEqual({
      step: 'delivery',
      reason: 'http_422',
      blocks: true,
      finding: 'It was set aside after 1 attempt: means http_422 (http_422, HTTP 422)',
      remedy: 'mend http_422. Then replay it',
    })
  })

  it('says of a parked event whose content was erased that nothing can be sent', () => {
    const expired = { ...PARKED_FATE, state: 'expired' } as const
    expect(checksOf(aWay(), aStoredEvent({ fates: { erp: expired } }))).toEqual([
      {
        step: 'delivery',
        reason: 'erased',
        blocks: true,
        finding: 'An operator has erased its content while it was parked, so nothing can be sent',
        remedy: null,
      },
    ])
  })

  it.each<[string, Partial<WayFacts>, readonly string[]]>([
    ['which goes on', {}, ['!lane replaying']],
    [
      'whose lane is paused',
      { lane: aLaneView({ state: 'paused' }) },
      ['!lane paused', '!lane replaying'],
    ],
  ])('says of a parked event that a replay has begun, %s', (_case, partial, expected) => {
    const event = aStoredEvent({ fates: { erp: PARKED_FATE } })
    expect(reasonsOf(aWay({ ...partial, isWantedAgain: true }), event)).toEqual([
      'filter matches',
      'delivery http_422',
      ...expected,
    ])
  })

  it('says of an event that was left out before that a replay sends it now', () => {
    const way = aWay({ filteredBy: { reason: 'event' }, canReplay: true, isWantedAgain: true })
    expect(reasonsOf(way, WAITING)).toEqual(['filter event', '!lane replaying'])
  })

  it('tells a name that is not configured, and a destination for other portals', () => {
    expect(reasonsOf(aWay({ isConfigured: false, lane: null }), WAITING)).toEqual([
      '!destination not_configured',
    ])
    expect(reasonsOf(aWay({ lane: aLaneView({ state: 'removed' }) }), WAITING)).toEqual([
      '!destination not_configured',
    ])
    expect(reasonsOf(aWay({ lane: null }), WAITING)).toEqual(['!filter portal'])
  })

  const FILTER = {
    events: ['onCrmDeal*'],
    fields: ['UF_CRM_A', 'UF_CRM_B'],
    users: ['!7'],
    when: ['data.FIELDS.ID = 9'],
  }

  it.each<[FilterReason, RegExp, RegExp]>([
    ['event', /do not name onCrmRequisiteUserFieldUpdate: onCrmDeal\*$/u, /^Add onCrmRequisite/u],
    ['field', /do not name UF_CRM_TAX: UF_CRM_A, UF_CRM_B$/u, /^Add UF_CRM_TAX/u],
    ['user', /leave out user 7: !7$/u, /`users`/u],
    ['condition', /the condition data\.FIELDS\.ID = 9$/u, /`when`/u],
    ['portal', /leave this portal out/u, /`portals`/u],
    ['no_value', /has no value/u, /\$portal\.NAME/u],
    ['unchanged', /^Event 41 has told/u, /unchanged = "send"/u],
    ['older_than_destination', /was added after/u, /later events/u],
    ['quarantined', /did not understand the event \(invalid_ts\)/u, /later version/u],
    ['erased', /has erased/u, /^none$/u],
  ])('tells the filter reason %s with what decided, and a remedy', (reason, finding, remedy) => {
    const filteredBy: FilteredBy = {
      reason,
      ...(reason === 'condition' && { condition: 'data.FIELDS.ID = 9' }),
    }
    const event = aStoredEvent({
      toldBy: 41,
      quarantineReason: 'invalid_ts',
      fates: { erp: { ...WAITING_FATE } },
    })
    const [check, ...others] = checksOf(aWay({ filteredBy, filter: FILTER }), event)
    expect(others).toEqual([])
    expect(check).toMatchObject({ step: 'filter', reason, blocks: true })
    expect(check?.finding).toMatch(finding)
    expect(check?.remedy ?? 'none').toMatch(remedy)
  })

  it('offers a replay where the present filter takes the event', () => {
    const way = aWay({ filteredBy: { reason: 'event' }, filter: FILTER, canReplay: true })
    expect(checksOf(way, WAITING)[0]?.remedy).toMatch(/replay it$/u)
  })

  it('says of an event that never came which parts of the filter need the event itself', () => {
    expect(checksOf(aWay({ filter: FILTER }), anAbsentEvent())[0]).toMatchObject({
      reason: 'matches',
      remedy: 'Its `fields` and `users` and `when` may leave out some',
    })
    expect(reasonsOf(aWay(), anAbsentEvent())).toEqual(['filter matches', 'lane active'])
  })
})

describe('the lane of an event that waits', () => {
  it.each<[string, Partial<WayFacts>, readonly string[]]>([
    ['is due', {}, ['lane due']],
    ['is paused', { lane: aLaneView({ state: 'paused' }) }, ['!lane paused']],
    ['is disabled', { lane: aLaneView({ state: 'disabled', reason: 'gone' }) }, ['!lane gone']],
    [
      'retries',
      {
        lane: aLaneView({
          state: 'retrying',
          attempts: 3,
          lastError: { reason: 'http_503', detail: 'Busy', status: 503, at: ago(0) },
        }),
      },
      ['!lane http_503'],
    ],
    ['keeps a pace', { lane: aLaneView({ waitsFor: 'pace' }) }, ['!lane pace']],
    ['gathers a digest', { lane: aLaneView({ waitsFor: 'digest' }) }, ['!lane digest']],
    ['reads the field', { isBeingRead: true }, ['!lane reading']],
    ['stands before an earlier event', { front: 40 }, ['!lane behind']],
    [
      'is paused with earlier events, of which the pause is the first cause',
      { front: 40, lane: aLaneView({ state: 'paused' }) },
      ['!lane paused', '!lane behind'],
    ],
  ])('%s', (_case, partial, expected) => {
    expect(reasonsOf(aWay(partial), WAITING).slice(1)).toEqual(expected)
  })

  it('tells the last error, the attempts and the next time', () => {
    const lane = aLaneView({
      state: 'retrying',
      attempts: 3,
      nextAttemptAt: '2026-03-01T12:00:00.000Z',
      lastError: { reason: 'http_503', detail: 'Busy', status: 503, at: ago(0) },
    })
    expect(checksOf(aWay({ lane }), WAITING).at(-1)).toMatchObject({
      finding:
        '3 failed attempts: means http_503 (http_503: HTTP 503, Busy); it tries again at 2026-03-01T12:00:00.000Z',
      remedy: 'mend http_503',
    })
  })

  it('names the wrong settings of a misconfigured destination', () => {
    const problems = [{ setting: 'url', problem: 'Must be an https URL' }]
    const lane = aLaneView({ state: 'disabled', reason: 'misconfigured', problems })
    expect(checksOf(aWay({ lane }), WAITING).at(-1)?.finding).toBe(
      'The lane is disabled: url: Must be an https URL (misconfigured)',
    )
  })
})
