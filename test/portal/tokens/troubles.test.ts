/** What failures say of the access to a whole portal, for how long, and what ends it. */
import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../src/core/lanes/retry.ts'
import { createSealer } from '../../../src/storage/seal.ts'
import { NOW } from '../../support/time.ts'
import { METHOD, TokenPortal, anInstalledPortal, fail } from '../../support/token-scenario.ts'

describe('an access trouble', () => {
  it.each([
    ['PAYMENT_REQUIRED', 'suspended'],
    ['ACCESS_DENIED', 'no_rights'],
    ['user_access_error', 'no_rights'],
    ['METHOD_CONFIRM_WAITING', 'method_confirmation'],
  ])('%s is remembered for an hour and ends with the first success', async (code, trouble) => {
    const portal = await anInstalledPortal()
    portal.onCall = () => fail(code, 403)
    const call = portal.caller()
    await call(METHOD, {})
    expect(portal.install.access?.trouble).toBe(trouble)
    const asked = portal.sent.length
    portal.now += HOUR_MS - 1
    expect((await call(METHOD, {})).ok).toBe(false)
    expect(portal.sent).toHaveLength(asked)
    portal.now += 1
    portal.onCall = () => Response.json({ result: {} })
    expect((await call(METHOD, {})).ok).toBe(true)
    expect(portal.install.access).toBeNull()
  })

  it.each([
    ['APPLICATION_NOT_FOUND', 'uninstalled'],
    ['PORTAL_DELETED', 'deleted'],
  ])('%s lasts until a new pair comes', async (code, trouble) => {
    const portal = await anInstalledPortal()
    portal.onCall = () => fail(code)
    const call = portal.caller()
    await call(METHOD, {})
    expect(portal.install.access?.trouble).toBe(trouble)
    const asked = portal.sent.length
    portal.now += 30 * DAY_MS
    await call(METHOD, {})
    expect(portal.sent).toHaveLength(asked)
  })

  it.each([
    ['invalid_grant', 'tokens_lost'],
    ['invalid_client', 'secret_refused'],
    ['wrong_client', 'secret_refused'],
    ['NOT_INSTALLED', 'uninstalled'],
    ['PAYMENT_REQUIRED', 'suspended'],
  ])('comes from a refresh that says %s: %s, with HTTP 200 too', async (code, trouble) => {
    const portal = await anInstalledPortal()
    portal.onRefresh = () => fail(code, 200)
    await portal.caller()(METHOD, {})
    expect(portal.install.access?.trouble).toBe(trouble)
  })

  it.each([
    [
      'one field is denied',
      METHOD,
      () => Response.json({ error: '', error_description: 'Access denied' }, { status: 400 }),
    ],
    ['event.bind is denied', 'event.bind', () => fail('ACCESS_DENIED', 403)],
    ['user.get is denied', 'user.get', () => fail('ACCESS_DENIED', 403)],
    ['a scope is missing', 'user.get', () => fail('insufficient_scope', 403)],
    [
      'another method waits for confirmation',
      'user.get',
      () => fail('METHOD_CONFIRM_WAITING', 401),
    ],
    ['nobody answers', METHOD, () => new Response('<html>', { status: 502 })],
  ])('is none when %s', async (_, method, answer) => {
    const portal = await anInstalledPortal()
    portal.onCall = answer
    await portal.caller()(method, {})
    expect(portal.install.access).toBeNull()
  })
})

describe('tryAgain()', () => {
  it.each([
    ['forgets a trouble that may have ended', 'suspended', false],
    ['keeps a trouble that only a new pair can end', 'tokens_lost', true],
  ] as const)('%s', async (_, trouble, isKept) => {
    const portal = await anInstalledPortal()
    const access = { trouble, code: '', at: NOW }
    portal.install = { ...portal.install, access }
    portal.start().troubles.tryAgain()
    expect(portal.install.access).toEqual(isKept ? access : null)
  })
})

describe('pairState()', () => {
  it('is none without an application', () => {
    expect(new TokenPortal().start().troubles.pairState()).toBe('none')
  })

  it('is valid while a pair can be opened', async () => {
    expect((await anInstalledPortal()).start().troubles.pairState()).toBe('valid')
  })

  it.each([
    ['its key is not configured', 'key'],
    ['Bitrix24 has refused it for good', 'trouble'],
    ['it could not be sealed', 'sealed'],
  ])('is lost when %s', async (_, cause) => {
    const portal = await anInstalledPortal(cause === 'sealed' ? { tokens: null } : {})
    if (cause === 'key') portal.sealer = createSealer([])
    if (cause === 'trouble') {
      const access = { trouble: 'uninstalled', code: '', at: NOW } as const
      portal.install = { ...portal.install, access }
    }
    expect(portal.start().troubles.pairState()).toBe('lost')
  })
})
