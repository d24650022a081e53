import { describe, expect, it } from 'vitest'
import {
  createNotice,
  isNoticeDue,
  judgeNotice,
  UNINSTALL_ASK_WAITS_MS,
  type UninstallNotice,
} from '../../../../src/core/access/installs/uninstall-notice.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../../src/core/durations.ts'
import { NOW } from '../../../support/time.ts'

const NOTICE = createNotice({ ts: NOW / 1000, clean: true }, NOW)

/** The notice that waits after an answer. */
function waits(changes: Partial<UninstallNotice>): unknown {
  return { kind: 'waits', notice: { ...NOTICE, ...changes } }
}

describe('judgeNotice()', () => {
  it.each([0, MINUTE_MS, DAY_MS, 9 * DAY_MS])(
    'ends the installation at the first word that it is gone (%i)',
    (ms) => {
      expect(judgeNotice(NOTICE, 'gone', NOW + ms)).toEqual({
        kind: 'ends',
        clean: true,
        confirmed: true,
      })
    },
  )

  it.each([
    [0, MINUTE_MS],
    [MINUTE_MS, 10 * MINUTE_MS],
    // An alarm that came late: the questions that it missed are not made up for.
    [30 * MINUTE_MS, HOUR_MS],
    [HOUR_MS, DAY_MS],
  ])('waits after a question at %i until %i', (at, next) => {
    const nextAskAt = NOW + next
    expect(judgeNotice(NOTICE, 'unknown', NOW + at)).toEqual(waits({ nextAskAt }))
    expect(judgeNotice(NOTICE, 'installed', NOW + at)).toEqual(waits({ nextAskAt, denied: true }))
  })

  it('drops a notice that is denied a day later', () => {
    expect(judgeNotice(NOTICE, 'installed', NOW + DAY_MS)).toEqual({ kind: 'dropped' })
  })

  it('ends without erasing when there was no word for a day', () => {
    expect(judgeNotice(NOTICE, 'unknown', NOW + DAY_MS)).toEqual({
      kind: 'ends',
      clean: false,
      confirmed: false,
    })
  })

  it('believes the last word before a silence', () => {
    const denied = { ...NOTICE, denied: true }
    expect(judgeNotice(denied, 'unknown', NOW + DAY_MS)).toEqual({ kind: 'dropped' })
  })

  it('does not wait longer than a day when the clock is set back', () => {
    expect(judgeNotice(NOTICE, 'unknown', NOW - 5 * HOUR_MS)).toEqual(
      waits({ receivedAt: NOW - 5 * HOUR_MS, nextAskAt: NOW - 5 * HOUR_MS + MINUTE_MS }),
    )
  })
})

describe('isNoticeDue()', () => {
  it.each([
    ['before its time', -1, false],
    ['at its time', 0, true],
    ['behind a clock that was set back', -HOUR_MS, true],
  ])('%s', (_, offset, expected) => {
    expect(isNoticeDue(NOTICE, NOTICE.nextAskAt + offset)).toBe(expected)
  })
})

it('asks after a minute, ten, an hour and a day', () => {
  expect(UNINSTALL_ASK_WAITS_MS).toEqual([60_000, 600_000, 3_600_000, 86_400_000])
})
