/** The order in which events wait for their enrichment. */
import { describe, expect, it } from 'vitest'
import { EventsToEnrich, groupByField } from '../../../src/portal/fields/events-to-enrich.ts'
import { anEvent } from '../../support/builders/a-delivery.ts'
import { FIELD } from '../../support/builders/a-field.ts'
import { NOW } from '../../support/time.ts'

/** The event of a field's update as it stands in the log. */
function stored(sequence: number, id: number, fieldName = `UF_${id}`) {
  return { sequence, event: anEvent({ field: { ...FIELD, id, fieldName } }) }
}

/** 1 and 3 are about the field 7, 2 about the field 8. */
function someEvents(): EventsToEnrich {
  const events = new EventsToEnrich()
  events.add([stored(1, 7), stored(2, 8)], NOW + 1)
  events.add([stored(3, 7)], NOW + 2)
  return events
}

function sequencesOf(events: readonly { readonly sequence: number }[]): number[] {
  return events.map(({ sequence }) => sequence)
}

describe('EventsToEnrich', () => {
  it('keeps events in the order in which they came, each with its own deadline', () => {
    const events = someEvents()
    expect(events.all().map(({ sequence, deadline }) => [sequence, deadline - NOW])).toEqual([
      [1, 1],
      [2, 1],
      [3, 2],
    ])
    expect(events.first()?.sequence).toBe(1)
    expect(sequencesOf(events.ofField(7))).toEqual([1, 3])
  })

  it('leaves out events that are not about a field: nothing could be read for them', () => {
    const events = new EventsToEnrich()
    events.add([{ sequence: 1, event: anEvent({ field: null }) }], NOW)
    expect([events.first(), events.all(), events.has(1)]).toEqual([null, [], false])
  })

  it('forgets the event whose waiting ends, and the next one is the first', () => {
    const events = someEvents()
    events.end(1)
    expect([events.has(1), events.first()?.sequence]).toEqual([false, 2])
    events.clear()
    expect(events.first()).toBeNull()
  })
})

describe('groupByField()', () => {
  it('groups by the id of the field, under the name that the first event gives it', () => {
    const events = new EventsToEnrich()
    events.add([stored(1, 7, 'OLD'), stored(2, 8), stored(3, 7, 'NEW')], NOW)
    const groups = groupByField(events.all())
    expect(groups.map(([field, group]) => [field.fieldName, sequencesOf(group)])).toEqual([
      ['OLD', [1, 3]],
      ['UF_8', [2]],
    ])
  })
})
