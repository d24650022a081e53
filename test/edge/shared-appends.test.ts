/** Events that share a call: who waits, who joins, and what becomes of each event when the call fails. */
import { beforeEach, describe, expect, it } from 'vitest'
import {
  GATHER_MS,
  MAX_SHARED,
  MAX_SHARED_LENGTH,
  SharedAppends,
} from '../../src/edge/shared-appends.ts'
import type { AppendAnswer, AppendRequest } from '../../src/portal/log/append-request.ts'
import { SPILLED_APPEND } from '../support/builders/an-intake.ts'
import { NOW } from '../support/time.ts'

/** A call that has reached the object; the test answers it. */
interface Call {
  readonly receipts: readonly string[]
  readonly answer: (answers: readonly (AppendAnswer | null)[]) => void
  readonly fail: () => void
}

let appends: SharedAppends
let calls: Call[]
let now: number
/** Ends the waits of all calls that gather. */
let endWaits: () => void
let waited: number[]

beforeEach(() => {
  appends = new SharedAppends()
  calls = []
  waited = []
  now = NOW
  endWaits = () => undefined
})

const world = {
  now: () => now,
  sleep: (ms: number) => {
    waited.push(ms)
    const before = endWaits
    return new Promise<void>((resolve) => {
      endWaits = () => {
        before()
        resolve()
      }
    })
  },
}

function called(receipts: readonly string[]): Promise<readonly (AppendAnswer | null)[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly (AppendAnswer | null)[]>()
  calls.push({
    receipts,
    answer: resolve,
    fail: () => reject(new Error('Network connection lost.')),
  })
  return promise
}

const object = {
  append: async ({ receipt }: AppendRequest) => (await called([receipt]))[0] ?? stored(0),
  appendAll: (requests: readonly AppendRequest[]) => called(requests.map(({ receipt }) => receipt)),
}

function stored(sequence: number): AppendAnswer {
  return { kind: 'stored', sequence, duplicate: false, quarantined: false }
}

function append(
  receipt: string,
  { memberId = 'a', event = '{}' }: { memberId?: string; event?: string } = {},
): Promise<AppendAnswer | string> {
  const request = { ...SPILLED_APPEND.request, receipt, event }
  return appends
    .append({ memberId, request, newClient: () => object }, world)
    .catch((error: unknown) => String(error))
}

/** Lets everything go on that waits for nothing but its turn. */
async function turn(): Promise<void> {
  for (let round = 0; round < 10; round += 1) await Promise.resolve()
}

function seen(): readonly (readonly string[])[] {
  return calls.map(({ receipts }) => receipts)
}

describe('SharedAppends', () => {
  it('calls at once for an event that comes alone, and for each portal by itself', async () => {
    const first = append('1')
    const other = append('2', { memberId: 'b' })
    expect({ calls: seen(), waited }).toEqual({ calls: [['1'], ['2']], waited: [] })
    calls[0]?.answer([stored(1)])
    calls[1]?.answer([stored(7)])
    expect(await Promise.all([first, other])).toEqual([stored(1), stored(7)])
    void append('3')
    expect({ calls: seen(), waited }).toEqual({ calls: [['1'], ['2'], ['3']], waited: [] })
  })

  it('lets events that come during a call share the next one, each with its own answer', async () => {
    void append('1')
    const shared = [append('2'), append('3'), append('4')]
    expect({ calls: seen(), waited }).toEqual({ calls: [['1']], waited: [GATHER_MS] })
    endWaits()
    await turn()
    expect(seen()).toEqual([['1'], ['2', '3', '4']])
    calls[1]?.answer([stored(2), { kind: 'untrusted' }, null])
    expect(await Promise.all(shared)).toEqual([
      stored(2),
      { kind: 'untrusted' },
      'Error: Cannot append the event as the object has not stored it',
    ])
  })

  it('makes an ordinary call for one event that nobody has joined', async () => {
    void append('1')
    const second = append('2')
    endWaits()
    await turn()
    calls[1]?.answer([stored(2)])
    expect(await second).toEqual(stored(2))
  })

  it('fails each event of a call that fails', async () => {
    void append('1')
    const shared = [append('2'), append('3')]
    endWaits()
    await turn()
    calls[1]?.fail()
    const lost = 'Error: Network connection lost.'
    expect(await Promise.all(shared)).toEqual([lost, lost])
  })

  it('lets nobody join a call that is full, by number or by length', async () => {
    void append('0')
    for (let place = 1; place <= MAX_SHARED + 1; place += 1) void append(String(place))
    void append('large', { memberId: 'b' })
    void append('first', { memberId: 'b', event: 'x'.repeat(MAX_SHARED_LENGTH) })
    void append('second', { memberId: 'b' })
    endWaits()
    await turn()
    expect(calls.map(({ receipts }) => receipts.length)).toEqual([1, 1, MAX_SHARED, 1, 1, 1])
  })

  it('leaves a call whose request was ended behind', async () => {
    void append('1')
    void append('2')
    // Nobody ends the wait of event 2: its request is gone.
    now += 10 * GATHER_MS
    void append('3')
    expect(waited).toEqual([GATHER_MS, GATHER_MS])
    now += 1000
    void append('4')
    expect(seen()).toEqual([['1'], ['4']])
  })
})
