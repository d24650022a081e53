/** The stored form of spilled requests: KV records of every version have to be read back. */
import { describe, expect, it } from 'vitest'
import type { InstallRequest } from '../../../src/bitrix24/wire/request.ts'
import {
  decodeSpilled,
  encodeSpilled,
  type SpilledRequest,
} from '../../../src/edge/spill/spilled-request.ts'
import { createSealer } from '../../../src/storage/seal.ts'
import { aSealer, SPILLED_APPEND } from '../../support/builders/an-intake.ts'
import { userReady } from '../../support/network/install-servers.ts'
import { NOW } from '../../support/time.ts'

const PORTAL = 'a'.repeat(32)
const NEIGHBOUR = 'b'.repeat(32)
const KEYLESS = { memberId: PORTAL, sealer: createSealer([]) }
const UNREADABLE = { ok: false, error: 'unreadable' }

const INSTALL: InstallRequest = {
  ...userReady({ refreshToken: null }),
  memberId: PORTAL,
  applicationToken: 'canary-application',
  handlerUrl: 'https://relay.example.com/bitrix24/events',
}
const UNINSTALL: SpilledRequest = {
  kind: 'uninstall',
  call: { tokenHash: 'e'.repeat(64), ts: NOW / 1000, clean: true },
}

async function encoded(spilled: SpilledRequest): Promise<string> {
  const result = await encodeSpilled(spilled, { memberId: PORTAL, sealer: aSealer() })
  if (!result.ok) throw new Error(`Cannot encode: ${result.error}`)
  return result.value
}

function decoded(value: string, memberId = PORTAL) {
  return decodeSpilled(value, { memberId, sealer: aSealer() })
}

describe('a spilled request', () => {
  const { handlerUrl: _, ...withoutHandler } = INSTALL
  const bare: InstallRequest = {
    ...withoutHandler,
    cause: 'page',
    applicationToken: null,
    ts: null,
    systemUser: null,
    language: null,
  }

  it.each<[name: string, spilled: SpilledRequest]>([
    ['an append', SPILLED_APPEND],
    ['an install with everything', { kind: 'install', request: INSTALL, network: '198.51.100' }],
    ['an install of an unknown network', { kind: 'install', request: INSTALL, network: null }],
    ['an install of an older version', { kind: 'install', request: INSTALL }],
    ['an install with nothing that may be missing', { kind: 'install', request: bare }],
    ['an uninstall', UNINSTALL],
    ['an uninstall without a time', { kind: 'uninstall', call: { ...UNINSTALL.call, ts: null } }],
  ])('is read back as it was written: %s', async (_name, spilled) => {
    expect(await decoded(await encoded(spilled))).toEqual({ ok: true, value: spilled })
  })

  it('stands as JSON when it holds no token, and is sealed when it does', async () => {
    expect(JSON.parse(await encoded(SPILLED_APPEND))).toEqual(SPILLED_APPEND)
    const sealed = await encoded({ kind: 'install', request: INSTALL })
    expect(sealed).toMatch(/^sealed:v1\.k1\./u)
    expect(sealed).not.toContain('canary')
  })

  it('cannot be sealed without a key, and an append needs none', async () => {
    expect(await encodeSpilled(UNINSTALL, KEYLESS)).toEqual({ ok: false, error: 'no_key' })
    expect((await encodeSpilled(SPILLED_APPEND, KEYLESS)).ok).toBe(true)
  })

  it('opens for its own portal only, and under its own key only', async () => {
    const sealed = await encoded(UNINSTALL)
    expect(await decoded(sealed, NEIGHBOUR)).toEqual(UNREADABLE)
    expect(await decodeSpilled(sealed, KEYLESS)).toEqual(UNREADABLE)
  })

  it.each(['', 'no JSON', 'null', '[]', '{"kind":"other"}', '{"kind":"append"}', 'sealed:x'])(
    'is unreadable as %j',
    async (value) => {
      expect(await decoded(value)).toEqual(UNREADABLE)
    },
  )

  it('is unreadable with a member of another type, or without one', async () => {
    for (const member of Object.keys(SPILLED_APPEND.request)) {
      for (const wrong of [undefined, null, {}]) {
        const request = { ...SPILLED_APPEND.request, [member]: wrong }
        expect(await decoded(JSON.stringify({ kind: 'append', request }))).toEqual(UNREADABLE)
      }
    }
  })
})
