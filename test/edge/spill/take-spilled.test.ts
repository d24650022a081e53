/** What the object's answers mean for a request out of the spill, and how long they are waited for. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { PortalClient } from '../../../src/edge/portal-client.ts'
import type { SpilledRequest } from '../../../src/edge/spill/spilled-request.ts'
import { DRAIN_ANSWER_MS, takeSpilled } from '../../../src/edge/spill/take-spilled.ts'
import { never, portalsWith, SPILLED_APPEND } from '../../support/builders/an-intake.ts'
import { install } from '../../support/network/install-servers.ts'

const INSTALL = { kind: 'install', request: install() } as const satisfies SpilledRequest
const UNINSTALL: SpilledRequest = {
  kind: 'uninstall',
  call: { tokenHash: 'e'.repeat(64), ts: null, clean: true },
}
const STORED = { kind: 'stored', sequence: 1, duplicate: true, quarantined: false } as const

function take(spilled: SpilledRequest, methods: Partial<PortalClient>) {
  return takeSpilled(portalsWith(methods)('a'.repeat(32)), spilled)
}

afterEach(() => {
  vi.useRealTimers()
})

describe('takeSpilled()', () => {
  it('says that an append comes out of the spill', async () => {
    const drained: boolean[] = []
    const append: PortalClient['append'] = (request) => {
      drained.push(request.drained)
      return Promise.resolve(STORED)
    }
    expect(await take(SPILLED_APPEND, { append })).toEqual({ kind: 'taken' })
    expect(drained).toEqual([true])
  })

  it('tells a refusal with its reason and what is known of the request', async () => {
    expect([
      await take(SPILLED_APPEND, { append: async () => ({ kind: 'untrusted' }) }),
      await take(INSTALL, {
        install: async () => ({ kind: 'refused', reason: 'not_administrator' }),
      }),
      await take(UNINSTALL, { uninstall: async () => ({ kind: 'untrusted' }) }),
    ]).toEqual([
      {
        kind: 'refused',
        reason: 'untrusted',
        facts: { kind: 'append', event: 'ONCRMDEALUPDATE' },
      },
      { kind: 'refused', reason: 'not_administrator', facts: { kind: 'install', event: null } },
      { kind: 'refused', reason: 'untrusted', facts: { kind: 'uninstall', event: null } },
    ])
  })

  it.each(['full', 'too_many_hints'] as const)(
    'leaves an append in the spill: %s',
    async (kind) => {
      const answer = await take(SPILLED_APPEND, { append: async () => ({ kind }) })
      expect(answer).toEqual({ kind: 'waits', reason: kind })
    },
  )

  it('drops what an uninstall has made pointless', async () => {
    expect([
      await take(SPILLED_APPEND, { append: async () => ({ kind: 'erased' }) }),
      await take(INSTALL, { install: async () => ({ kind: 'refused', reason: 'late' }) }),
    ]).toEqual([
      { kind: 'dropped', reason: 'erased' },
      { kind: 'dropped', reason: 'late' },
    ])
  })

  it('tells the network from which an installation came, where that was noted', async () => {
    const told: unknown[] = []
    const noting: PortalClient['install'] = (_request, origin) => {
      told.push(origin)
      return Promise.resolve({ kind: 'pending', domain: null })
    }
    for (const network of ['198.51.100', '2001:db8:1', null]) {
      await take({ ...INSTALL, network }, { install: noting })
    }
    await take(INSTALL, { install: noting })
    expect(told).toEqual(['198.51.100', '2001:db8:1', null, null].map((network) => ({ network })))
  })

  it('keeps an installation about which nobody may be asked now', async () => {
    const busy = async () => ({ kind: 'busy' }) as const
    expect(await take(INSTALL, { install: busy })).toEqual({ kind: 'waits', reason: 'busy' })
  })

  it('takes a pending installation for taken', async () => {
    const pending = async () => ({ kind: 'pending', domain: null }) as const
    expect(await take(INSTALL, { install: pending })).toEqual({ kind: 'taken' })
  })

  it('waits 10 s for an object, and no longer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const taken = Promise.allSettled([take(SPILLED_APPEND, { append: never })])
    await vi.advanceTimersByTimeAsync(DRAIN_ANSWER_MS)
    expect(await taken).toMatchObject([{ status: 'rejected' }])
    expect(DRAIN_ANSWER_MS).toBe(10_000)
  })
})
