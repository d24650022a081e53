import { describe, expect, it } from 'vitest'
import {
  bulletinGlobs,
  concernsBulletins,
  recipientsOf,
  type BulletinReader,
} from '../../../src/core/bulletins/asking.ts'
import { BULLETIN_TYPES, type BulletinType } from '../../../src/core/bulletins/bulletin.ts'
import { DEFAULT_EVENTS } from '../../../src/destinations/settings/common-settings.ts'

function aReader(name: string, partial: Partial<BulletinReader> = {}): BulletinReader {
  return { name, events: [], fallback: null, ...partial }
}

const OPS = aReader('ops', { events: ['relay.*'] })

function told(
  bulletin: { readonly type: BulletinType; readonly about: string | null },
  all: readonly BulletinReader[],
) {
  return recipientsOf(bulletin, all)
}

describe('a destination', () => {
  it.each([[['*']], [['r*']], [['onCrm*']], [['?elay.*']], [[...DEFAULT_EVENTS]]])(
    'that names %j asks for no bulletin',
    (events) => {
      expect(bulletinGlobs(events)).toEqual([])
      expect(concernsBulletins({ events, fallback: null })).toBe(false)
      for (const type of BULLETIN_TYPES) {
        const reader = aReader('all', { events })
        expect(told({ type, about: null }, [reader])).toEqual({ isWanted: false, to: [] })
      }
    },
  )

  it('that names relay.* asks for all of them, in any case of letters', () => {
    for (const type of BULLETIN_TYPES) {
      expect(told({ type, about: null }, [aReader('ops', { events: ['Relay.*'] })]).to).toEqual([
        'ops',
      ])
    }
  })

  it('asks for those alone that its globs name, beside its events', () => {
    const vendor = aReader('vendor', { events: ['*', 'relay.portal.*'] })
    expect(told({ type: 'relay.portal.installed', about: null }, [vendor]).to).toEqual(['vendor'])
    expect(told({ type: 'relay.lane.disabled', about: 'erp' }, [vendor])).toEqual({
      isWanted: false,
      to: [],
    })
  })
})

describe('a bulletin about a destination', () => {
  const bulletin = { type: 'relay.lane.disabled', about: 'erp' } as const

  it('goes to its fallback, whether or not that one asks', () => {
    const all = [aReader('erp', { fallback: 'chat' }), aReader('chat'), aReader('crm')]
    expect(told(bulletin, all)).toEqual({ isWanted: true, to: ['chat'] })
  })

  it('goes to everybody who asks as well, and to each once', () => {
    const all = [
      aReader('erp', { fallback: 'ops', events: ['relay.*'] }),
      OPS,
      aReader('crm', { events: ['relay.lane.*'] }),
    ]
    expect(told(bulletin, all)).toEqual({ isWanted: true, to: ['ops', 'crm'] })
  })

  it('never goes to that destination: without a fallback and another one that asks, it goes to nobody', () => {
    const all = [aReader('erp', { events: ['relay.*'] })]
    expect(told(bulletin, all)).toEqual({ isWanted: true, to: [] })
  })

  it('goes to no fallback that is not configured, or does not take the portal', () => {
    expect(told(bulletin, [aReader('erp', { fallback: 'gone' })])).toEqual({
      isWanted: false,
      to: [],
    })
  })
})

describe('two destinations that are the fallback of one another', () => {
  const all = [aReader('erp', { fallback: 'crm' }), aReader('crm', { fallback: 'erp' })]

  it.each([
    ['erp', 'crm'],
    ['crm', 'erp'],
  ])('tell of %s by %s alone', (about, other) => {
    expect(told({ type: 'relay.lane.disabled', about }, all).to).toEqual([other])
  })
})

describe('a bulletin about a portal', () => {
  it('goes to those that ask and take this portal, and to no fallback', () => {
    const erp = aReader('erp', { fallback: 'chat' })
    const bulletin = { type: 'relay.portal.quiet', about: null } as const
    const all = [erp, aReader('chat'), OPS]
    expect(recipientsOf(bulletin, [erp])).toEqual({ isWanted: false, to: [] })
    expect(told(bulletin, all)).toEqual({ isWanted: true, to: ['ops'] })
  })
})
