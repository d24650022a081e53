import { expect, it } from 'vitest'
import { computeBacklog, formatBacklogs } from '../../../bench/speed/backlog.ts'
import { nameOf, type Contender } from '../../../bench/contenders/server.ts'

const sent = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100].map((acknowledgedAt, id) => ({
  id,
  acknowledgedAt,
}))

/** Two receivers: the second one gets each event so much later. */
function arrivals(lateMs: (id: number) => number) {
  return sent.flatMap(({ id, acknowledgedAt }) => [
    { id, receiver: 1, at: acknowledgedAt },
    { id, receiver: 2, at: acknowledgedAt + lateMs(id) },
  ])
}

it('counts no event that has come to every receiver', () => {
  expect(
    computeBacklog(
      sent,
      arrivals(() => 0),
      2,
    ),
  ).toEqual({ middle: 0, end: 0, most: 0 })
})

it('counts what waits after half of the time and at the end', () => {
  const growing = arrivals((id) => 10 * id)
  expect(computeBacklog(sent, growing, 2)).toEqual({ middle: 3, end: 5, most: 5 })
})

it('counts events that never come, whatever is repeated, and leaves out what was refused', () => {
  const half = arrivals(() => 0).filter(({ id, receiver }) => receiver === 1 || id < 5)
  const refused = { id: 99, acknowledgedAt: null }
  const result = computeBacklog([...sent, refused], [...half, ...half], 2)
  expect(result).toEqual({ middle: 1, end: 6, most: 6 })
})

it('shows one line for each contender', () => {
  const kind = { name: 'one', delivers: true, start: () => Promise.reject(new Error('unused')) }
  const one: Contender = { kind: { ...kind, request: () => ({ path: '/', body: '' }) }, portals: 1 }
  const table = formatBacklogs(new Map([[one, { rate: 200.4, middle: 3, end: 2, most: 7 }]]))
  expect(table).toContain(nameOf(one))
  expect(table).toMatch(/200 \| +3 \| +2 \| +7/)
})
