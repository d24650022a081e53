/** A search looks at a bounded number of events in one request, and goes on where it stopped. */
import { expect, it } from 'vitest'
import { parseEventSearch } from '../../../../src/dashboard/pages/portal/event-search.ts'
import { findEvents } from '../../../../src/http/admin/pages/find-events.ts'
import { anEventView } from '../../../support/builders/a-view.ts'

/** A portal with events 1 to `count`, of which every tenth is about a task; `asked` holds the sizes of the pages. */
function aPortal(count: number) {
  const asked: number[] = []
  const portal = {
    events: async (before: number, limit: number) => {
      asked.push(limit)
      const newest = Math.min(before - 1, count)
      const length = Math.min(limit, newest)
      const events = Array.from({ length }, (_, index) => {
        const sequence = newest - index
        return anEventView({ sequence, event: sequence % 10 === 0 ? 'onTaskAdd' : 'onCrmDealAdd' })
      })
      return { events, before: newest - length > 0 ? newest - length + 1 : null }
    },
  }
  return { portal, asked }
}

const searchOf = (query: string) => parseEventSearch(new URLSearchParams(query))

it('without a search it asks for one page', async () => {
  const { portal, asked } = aPortal(120)
  const shown = await findEvents(portal, searchOf('before=101'))
  expect([shown?.events.length, shown?.before, shown?.looked, asked]).toEqual([50, 51, 50, [50]])
})

it('stops when a page is full, and goes on behind the last event that was looked at', async () => {
  const { portal } = aPortal(2000)
  const shown = await findEvents(portal, searchOf('event=task'))
  expect(shown?.events.map(({ sequence }) => sequence).slice(0, 2)).toEqual([2000, 1990])
  expect([shown?.events.length, shown?.before, shown?.looked]).toEqual([50, 1510, 491])
  const next = await findEvents(portal, searchOf('event=task&before=1510'))
  expect(next?.events[0]?.sequence).toBe(1500)
})

it('stops after a thousand events, found or not', async () => {
  const { portal, asked } = aPortal(5000)
  const shown = await findEvents(portal, searchOf('event=nothing'))
  expect([shown?.events, shown?.before, shown?.looked]).toEqual([[], 4001, 1000])
  expect(asked).toEqual([200, 200, 200, 200, 200])
})

it('ends at the oldest event, also with a full page', async () => {
  expect((await findEvents(aPortal(30).portal, searchOf('event=task')))?.before).toBeNull()
  const all = await findEvents(aPortal(500).portal, searchOf('event=task'))
  expect([all?.events.length, all?.before]).toEqual([50, 10])
  const every = await findEvents(aPortal(50).portal, searchOf('event=on'))
  expect([every?.events.length, every?.before]).toEqual([50, null])
})

it('is null for an unknown portal', async () => {
  const portal = { events: async () => null }
  expect(await findEvents(portal, searchOf(''))).toBeNull()
  expect(await findEvents(portal, searchOf('event=a'))).toBeNull()
})
