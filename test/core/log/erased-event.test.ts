/** What is left of an event whose content was erased. */
import { describe, expect, it } from 'vitest'
import { canReplay, filteredBy } from '../../../src/core/lanes/filters/filter-reason.ts'
import { withoutContent } from '../../../src/core/log/erased-event.ts'
import { anEnrichment, anEvent } from '../../support/builders/a-delivery.ts'
import { aLane, anEntry } from '../../support/builders/a-lane.ts'
import { NOW } from '../../support/time.ts'

const ENTRY = anEntry({ sequence: 3, event: anEvent(), enrichment: anEnrichment() })
const TAKES_ALL = { match: () => ({ matches: true }) as const, tellerOf: () => null }

describe('withoutContent()', () => {
  it('leaves name and time, and nothing that tells who did what', () => {
    const { event, enrichment } = withoutContent(ENTRY, { at: NOW, filtered: {} })
    expect(event).toEqual({
      name: ENTRY.event.name,
      ts: ENTRY.event.ts,
      quarantined: null,
      handlerId: null,
      userId: null,
      data: null,
      field: null,
      erased: { at: NOW, filtered: {} },
    })
    expect(enrichment).toMatchObject({
      status: ENTRY.enrichment.status,
      changes: null,
      field: null,
      userName: null,
      users: [],
    })
  })
})

describe('an erased event', () => {
  const erased = { at: NOW, filtered: { crm: 'field' } }
  const entry = { ...ENTRY, ...withoutContent(ENTRY, erased) }

  it('was meant for a lane that has passed it, unless it is written down why not', () => {
    expect(filteredBy(aLane({ cursor: 3 }), entry, TAKES_ALL)).toBeNull()
    const crm = aLane({ destination: 'crm', cursor: 3 })
    expect(filteredBy(crm, entry, TAKES_ALL)).toEqual({ reason: 'field' })
  })

  it('is sent to nobody any more', () => {
    expect(filteredBy(aLane({ cursor: 2 }), entry, TAKES_ALL)).toEqual({ reason: 'erased' })
    expect(canReplay(aLane({ cursor: 3 }), entry, TAKES_ALL)).toBe(false)
  })
})
