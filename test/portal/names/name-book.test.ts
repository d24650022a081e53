/** The names that messages wait for. */
import { describe, expect, it } from 'vitest'
import type { CallPortal } from '../../../src/bitrix24/servers/rest-client.ts'
import { DAY_MS, MINUTE_MS } from '../../../src/core/durations.ts'
import type { WantedName } from '../../../src/core/events/names.ts'
import { err, ok } from '../../../src/core/result.ts'
import { MAX_NAMES, NameBook } from '../../../src/portal/names/name-book.ts'
import type { KnownName } from '../../../src/portal/names/name-store.ts'

const ANNA: WantedName = { kind: 'user', id: '1' }
const MAX: WantedName = { kind: 'user', id: '2' }

/** A book whose portal calls every user "User <id>", and what it was asked. */
function aBook({ hasAccess = true }: { hasAccess?: boolean } = {}) {
  const world = {
    now: 0,
    asked: [] as string[],
    reported: 0,
    stored: new Map() as ReadonlyMap<string, KnownName>,
    answer: null as CallPortal | null,
    isOver: false,
    generation: 1,
  }
  const call: CallPortal = async (method, params = {}) => {
    const text = method === 'batch' ? JSON.stringify(params['cmd']) : String(params['ID'])
    world.asked.push(text)
    if (world.answer !== null) return world.answer(method, params)
    if (method !== 'batch') {
      return ok({ result: [{ ID: text, NAME: 'User', LAST_NAME: text }] })
    }
    const commands = Object.keys(params['cmd'] as object)
    const result = Object.fromEntries(
      commands.map((key, index) => [key, [{ ID: String(index + 1), NAME: `User ${index + 1}` }]]),
    )
    return ok({ result: { result, result_error: [] } })
  }
  const open = () =>
    new NameBook({
      nameStore: {
        load: () => world.stored,
        save: (names) => {
          world.stored = names
        },
        clear: () => {
          world.stored = new Map()
        },
      },
      access: {
        call,
        hasAccess: () => hasAccess,
        refusal: () => null,
        blockedUntil: () => 0,
        obey: () => {},
        generation: () => world.generation,
      },
      world: {
        now: () => world.now,
        // The two seconds are over at once where a test says so, else never.
        sleep: (_ms, ends) =>
          new Promise((resolve) => {
            if (world.isOver) resolve()
            else ends?.addEventListener('abort', () => resolve())
          }),
      },
      scheduler: {
        background: () => {},
        report: () => {
          world.reported += 1
        },
      },
    })
  return { world, book: open(), open }
}

async function namesOf(book: NameBook, ...refs: readonly WantedName[]) {
  return Object.fromEntries(await book.resolve(refs))
}

describe('NameBook', () => {
  it('asks anew for a name that may have changed since it was learned, at most once a minute', async () => {
    const { world, book } = aBook()
    world.now = DAY_MS
    await book.resolve([ANNA])
    const changed = { ...ANNA, since: world.now + MINUTE_MS }
    await book.resolve([changed])
    expect(world.asked).toEqual(['1'])
    world.now += 2 * MINUTE_MS
    await book.resolve([changed])
    await book.resolve([changed])
    expect(world.asked).toEqual(['1', '1'])
    await book.resolve([ANNA])
    expect(world.asked).toEqual(['1', '1'])
  })

  it('asks for a name once a day, and an object that begins anew still knows it', async () => {
    const { world, book, open } = aBook()
    expect(await namesOf(book, ANNA)).toEqual({ 'user 1': 'User 1' })
    expect(await namesOf(open(), ANNA)).toEqual({ 'user 1': 'User 1' })
    expect(world.asked).toHaveLength(1)
    world.now = DAY_MS
    await namesOf(book, ANNA)
    expect(world.asked).toHaveLength(2)
  })

  it('asks once for messages that go to several receivers', async () => {
    const { world, book } = aBook()
    const both = await Promise.all([namesOf(book, ANNA, MAX), namesOf(book, ANNA, MAX)])
    expect(both).toEqual([
      { 'user 1': 'User 1', 'user 2': 'User 2' },
      { 'user 1': 'User 1', 'user 2': 'User 2' },
    ])
    expect(world.asked).toHaveLength(1)
  })

  it('asks nobody without access, and nothing where nothing is wanted', async () => {
    const { world, book } = aBook({ hasAccess: false })
    expect(await namesOf(book, ANNA)).toEqual({})
    expect(await namesOf(aBook().book)).toEqual({})
    expect(world.asked).toEqual([])
  })

  it('does not make a message wait for a slow portal, and knows the name later', async () => {
    const { world, book } = aBook()
    const slow = Promise.withResolvers<void>()
    world.answer = async () => {
      await slow.promise
      return ok({ result: [{ ID: '1', NAME: 'Anna' }] })
    }
    world.isOver = true
    expect(await namesOf(book, ANNA)).toEqual({})
    slow.resolve()
    world.isOver = false
    await book.resolve([ANNA])
    expect(await namesOf(book, ANNA)).toEqual({ 'user 1': 'Anna' })
    expect(world.asked).toHaveLength(1)
  })

  it('rests after a failure, and after a fault of the program', async () => {
    for (const failure of [
      async () => err({ kind: 'unreachable', code: 'timeout', status: null } as const),
      async () => {
        throw new Error('broken')
      },
    ] satisfies CallPortal[]) {
      const { world, book } = aBook()
      world.answer = failure
      expect(await namesOf(book, ANNA)).toEqual({})
      expect(await namesOf(book, ANNA)).toEqual({})
      expect(world.asked).toHaveLength(1)
      world.now = 5 * MINUTE_MS
      await namesOf(book, ANNA)
      expect(world.asked).toHaveLength(2)
    }
  })

  it('keeps a name that the portal tells no more, and asks no more that day for one it never told', async () => {
    const { world, book } = aBook()
    await namesOf(book, ANNA)
    world.now = DAY_MS
    world.answer = async () => ok({ result: [] })
    expect(await namesOf(book, ANNA)).toEqual({ 'user 1': 'User 1' })
    expect(await namesOf(book, MAX)).toEqual({})
    expect(await namesOf(book, MAX)).toEqual({})
    expect(world.asked).toHaveLength(3)
  })

  it('forgets what it learned first, and everything at the end of an installation', async () => {
    const { world, book } = aBook()
    world.stored = new Map(
      Array.from({ length: MAX_NAMES }, (_name, id) => [
        `user 1${id}`,
        { name: 'x', until: DAY_MS },
      ]),
    )
    await namesOf(book, ANNA)
    expect(world.stored.size).toBe(MAX_NAMES)
    expect(world.stored.has('user 10')).toBe(false)
    book.clearWithin()
    book.clear()
    expect(world.stored.size).toBe(0)
    await expect(book.resolve([])).resolves.toEqual(new Map())
  })

  it('throws an answer away for which the installation ended', async () => {
    const { world, book } = aBook()
    world.answer = async () => {
      world.generation = 2
      return ok({ result: [{ ID: '1', NAME: 'Anna' }] })
    }
    expect(await namesOf(book, ANNA)).toEqual({})
    expect(world.stored.size).toBe(0)
  })

  it('gives no names where storage cannot be read', async () => {
    const { world, book } = aBook()
    Object.defineProperty(world, 'stored', {
      get() {
        throw new Error('storage')
      },
    })
    expect(await namesOf(book, ANNA)).toEqual({})
    expect(world.reported).toBe(1)
  })
})
