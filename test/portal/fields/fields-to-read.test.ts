/** What one request to the portal asks for. */
import { describe, expect, it } from 'vitest'
import type { UserField } from '../../../src/core/log/event.ts'
import { EventsToEnrich } from '../../../src/portal/fields/events-to-enrich.ts'
import { nextRead } from '../../../src/portal/fields/fields-to-read.ts'
import { anEvent } from '../../support/builders/a-delivery.ts'
import { FIELD } from '../../support/builders/a-field.ts'
import { NOW } from '../../support/time.ts'

function field(id: number): UserField {
  return { ...FIELD, id }
}

/** Waiting events as pairs of field and user, from sequence 1 on; and fields to be read again. */
interface Waiting {
  readonly events?: readonly (readonly [field: number, user: number | null])[]
  readonly again?: readonly number[]
  readonly known?: readonly number[]
  readonly most?: number
}

function read({ events = [], again = [], known = [], most = 50 }: Waiting) {
  const waiting = new EventsToEnrich()
  events.forEach(([id, userId], index) => {
    const event = anEvent({ field: field(id), userId })
    waiting.add([{ sequence: index + 1, event }], NOW)
  })
  const fieldsAgain = new Map(again.map((id) => [id, field(id)]))
  const next = nextRead(waiting, fieldsAgain, {
    isKnown: (userId) => known.includes(userId),
    maxCommands: most,
  })
  return {
    fields: next?.fields.map(({ id }) => id),
    userIds: next?.userIds,
    upTo: next?.upTo,
    leftAgain: [...fieldsAgain.keys()],
  }
}

const NOTHING_LEFT = { leftAgain: [] }

describe('nextRead()', () => {
  it.each<[string, Waiting, object]>([
    [
      'asks once for each field and each user of the events',
      {
        events: [
          [7, 1],
          [8, 1],
          [7, 2],
        ],
      },
      { fields: [7, 8], userIds: [1, 2], upTo: 3, ...NOTHING_LEFT },
    ],
    [
      'asks for no user whose name is known, and for none where no person caused the event',
      {
        events: [
          [7, 1],
          [8, null],
        ],
        known: [1],
      },
      { fields: [7, 8], userIds: [], upTo: 2, ...NOTHING_LEFT },
    ],
    [
      'leaves an event to the next request whose field and user do not both fit in',
      {
        events: [
          [7, 1],
          [8, 2],
        ],
        most: 3,
      },
      { fields: [7], userIds: [1], upTo: 1, ...NOTHING_LEFT },
    ],
    [
      'takes later events of a field and a user that are asked for anyway',
      {
        events: [
          [7, 1],
          [7, 1],
          [8, 1],
        ],
        most: 2,
      },
      { fields: [7], userIds: [1], upTo: 2, ...NOTHING_LEFT },
    ],
    [
      'asks for the field alone when there is room for one command',
      {
        events: [
          [7, 1],
          [7, 2],
          [8, 2],
        ],
        most: 1,
      },
      { fields: [7], userIds: [], upTo: 2, ...NOTHING_LEFT },
    ],
    [
      'takes the fields that are to be read again behind those of the events',
      { events: [[7, null]], again: [8, 9] },
      { fields: [7, 8, 9], userIds: [], upTo: 1, ...NOTHING_LEFT },
    ],
    [
      'leaves those for which there is no room, but not one that is asked for anyway',
      { events: [[7, null]], again: [7, 8], most: 1 },
      { fields: [7], userIds: [], upTo: 1, leftAgain: [8] },
    ],
    [
      'counts no event when it only reads fields again',
      { again: [8] },
      { fields: [8], userIds: [], upTo: 0, ...NOTHING_LEFT },
    ],
  ])('%s', (_case, waiting, expected) => {
    expect(read(waiting)).toEqual(expected)
  })

  it('is null when nothing waits', () => {
    expect(
      nextRead(new EventsToEnrich(), new Map(), { isKnown: () => true, maxCommands: 50 }),
    ).toBe(null)
  })
})
