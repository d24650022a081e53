import { beforeEach, expect, it } from 'vitest'
import type { InstallState } from '../../../src/core/access/installs/install.ts'
import type { Presence } from '../../../src/core/access/installs/uninstall-notice.ts'
import { DAY_MS, MINUTE_MS } from '../../../src/core/durations.ts'
import { UninstallNotices } from '../../../src/portal/installs/uninstall-notices.ts'
import { anInstall } from '../../support/builders/an-install.ts'
import { NOW } from '../../support/time.ts'

const NOTICE = { ts: NOW / 1000, clean: true }

let install: InstallState
let now: number
let failsToStore: boolean
let answers: (() => Promise<Presence>)[]

beforeEach(() => {
  install = anInstall()
  now = NOW
  failsToStore = false
  answers = []
})

/** The notices of an object that begins now. */
function start(): UninstallNotices {
  return new UninstallNotices({
    state: {
      install: () => install,
      changeInstall: (change) => {
        if (failsToStore) throw new Error('Cannot store')
        install = change(install)
      },
    },
    world: { now: () => now },
    presenceCheck: {
      ask: () => (answers.shift() ?? (() => Promise.resolve('unknown' as const)))(),
    },
  })
}

it('waits for nothing without a notice', async () => {
  const notices = start()
  expect(notices.dueAt()).toBeNull()
  expect(await notices.ask()).toBeNull()
})

it('is due a minute after the notice, also in an object that begins anew', () => {
  start().take(NOTICE)
  expect(start().dueAt()).toBe(NOW + MINUTE_MS)
  now = NOW + MINUTE_MS
  expect([start().isDue(), start().dueAt()]).toEqual([true, now])
})

it('is not due while a question is under way, so that the alarm does not fire without end', async () => {
  const { promise, resolve } = Promise.withResolvers<Presence>()
  answers = [() => promise]
  const notices = start()
  notices.take(NOTICE)
  now = NOW + MINUTE_MS
  const asked = notices.ask()
  await Promise.resolve()
  expect([notices.isDue(), notices.dueAt()]).toEqual([false, now + MINUTE_MS])
  resolve('gone')
  expect(await asked).toEqual({ ...NOTICE, confirmed: true })
})

it('leaves a later notice to the question that it brings', async () => {
  const { promise, resolve } = Promise.withResolvers<Presence>()
  answers = [() => promise, () => Promise.resolve('gone')]
  const notices = start()
  notices.take(NOTICE)
  const first = notices.ask()
  await Promise.resolve()
  notices.take({ ...NOTICE, clean: false })
  const second = notices.ask()
  resolve('gone')
  expect(await first).toBeNull()
  expect(await second).toEqual({ ...NOTICE, clean: false, confirmed: true })
})

it('asks once for all notices that come during a question', async () => {
  const { promise, resolve } = Promise.withResolvers<Presence>()
  let questions = 0
  const counted = (answer: Promise<Presence>) => () => {
    questions += 1
    return answer
  }
  answers = [counted(promise), counted(Promise.resolve('gone')), counted(Promise.resolve('gone'))]
  const notices = start()
  const asked = Array.from({ length: 100 }, (_, index) => {
    notices.take({ ...NOTICE, ts: NOTICE.ts + index })
    return notices.ask()
  })
  resolve('gone')
  const decided = (await Promise.all(asked)).filter((one) => one !== null)
  // One of them carries it out.
  expect(decided).toEqual([{ ...NOTICE, ts: NOTICE.ts + 99, confirmed: true }])
  expect(questions).toBe(2)
  expect(await notices.ask()).toEqual({ ...NOTICE, ts: NOTICE.ts + 99, confirmed: true })
})

it('rests a minute when the outcome of a question cannot be stored', async () => {
  const notices = start()
  notices.take(NOTICE)
  now = NOW + DAY_MS
  answers = [() => Promise.resolve('installed')]
  failsToStore = true
  await expect(notices.ask()).rejects.toThrow('Cannot store')
  expect(notices.dueAt()).toBe(now + MINUTE_MS)
  failsToStore = false
  answers = [() => Promise.resolve('installed')]
  expect(await notices.ask()).toBeNull()
  expect(install.uninstallNotice).toBeNull()
})
