/** The names of a portal's users, kept in memory for a day. */
import { expect, it } from 'vitest'
import { DAY_MS } from '../../../src/core/durations.ts'
import { UserNames } from '../../../src/portal/names/user-names.ts'

it('names of users are asked for once a day, and an old one is better than none', () => {
  let now = 0
  const names = new UserNames(() => now)
  names.learn(
    new Map([
      [1, 'Anna Petrova'],
      [7, null],
    ]),
  )
  expect([1, 7, 9].map((id) => names.has(id))).toEqual([true, true, false])
  now = DAY_MS
  expect(names.has(1)).toBe(false)
  expect(names.known().get(1)).toBe('Anna Petrova')
})

it('remembers a thousand users and forgets those it learned first', () => {
  const names = new UserNames(() => 0)
  names.learn(new Map(Array.from({ length: 1001 }, (_, id) => [id, `User ${id}`])))
  expect([0, 1, 1000].map((id) => names.has(id))).toEqual([false, true, true])
})
