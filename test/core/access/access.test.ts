import { describe, expect, it } from 'vitest'
import {
  ACCESS_TROUBLES,
  TROUBLE_WAIT_MS,
  accessOf,
  isBlocked,
  isFinalTrouble,
  remedyOfTrouble,
  statusOfTrouble,
  thinReasonOfTrouble,
  type AccessTrouble,
} from '../../../src/core/access/access.ts'
import { NOW } from '../../support/time.ts'

describe('a trouble with access', () => {
  it.each<[AccessTrouble, string, string, boolean]>([
    ['tokens_lost', 'tokens_lost', 'tokens_lost', true],
    ['uninstalled', 'uninstalled', 'tokens_lost', true],
    ['deleted', 'deleted', 'tokens_lost', false],
    ['suspended', 'suspended', 'access_denied', false],
    ['no_rights', 'no_rights', 'access_denied', false],
    ['method_confirmation', 'no_rights', 'access_denied', false],
    ['secret_refused', 'tokens_lost', 'access_denied', false],
    ['not_configured', 'tokens_lost', 'access_denied', false],
    ['webhook_refused', 'tokens_lost', 'tokens_lost', false],
    ['webhook_no_rights', 'no_rights', 'access_denied', false],
  ])('%s shows as %s, thins with %s, is final: %s', (trouble, status, reason, isFinal) => {
    expect(statusOfTrouble(trouble)).toBe(status)
    expect(thinReasonOfTrouble(trouble)).toBe(reason)
    expect(isFinalTrouble(trouble)).toBe(isFinal)
    const state = { trouble, code: '', at: NOW }
    expect(isBlocked(state, NOW + TROUBLE_WAIT_MS - 1)).toBe(true)
    expect(isBlocked(state, NOW + TROUBLE_WAIT_MS)).toBe(isFinal)
  })

  it('closed keeps the relay from nothing: the portal answers again as soon as it is opened', () => {
    expect(statusOfTrouble('closed')).toBe('suspended')
    expect(thinReasonOfTrouble('closed')).toBe('portal_unreachable')
    expect(isFinalTrouble('closed')).toBe(false)
    expect(isBlocked({ trouble: 'closed', code: 'PORTAL_DELETED', at: NOW }, NOW)).toBe(false)
  })

  it('that a clock which was ahead has met keeps the relay from nothing that may end by itself', () => {
    const at = NOW + 5 * TROUBLE_WAIT_MS
    expect(isBlocked({ trouble: 'suspended', code: '', at }, NOW)).toBe(false)
    expect(isBlocked({ trouble: 'suspended', code: '', at: NOW + 1000 }, NOW)).toBe(true)
    expect(isBlocked({ trouble: 'uninstalled', code: '', at }, NOW)).toBe(true)
    const unconfigured = Number.POSITIVE_INFINITY
    expect(isBlocked({ trouble: 'not_configured', code: '', at: unconfigured }, NOW)).toBe(true)
  })

  it('says what to do in one sentence, and no two say the same', () => {
    const remedies = ACCESS_TROUBLES.map((trouble) => remedyOfTrouble(trouble))
    expect(new Set(remedies).size).toBe(ACCESS_TROUBLES.length)
    for (const remedy of remedies) expect(remedy).toMatch(/^[A-Z].*[^.]$/u)
  })
})

describe('accessOf()', () => {
  const application = { clientId: 'local.1', oauthUrl: 'https://oauth.bitrix.info' }
  const configured = {
    applications: new Map([['local.1', 'secret']]),
    oauthUrls: ['https://oauth.bitrix.info'],
  }
  const suspended = { trouble: 'suspended', code: 'PAYMENT_REQUIRED', at: NOW } as const
  const unconfigured = { trouble: 'not_configured', code: '', at: NOW } as const
  const NOT_CONFIGURED = { trouble: 'not_configured', code: '', at: Number.POSITIVE_INFINITY }

  it.each([
    ['what is remembered', application, suspended, configured, suspended],
    ['what is remembered without an application', null, suspended, configured, suspended],
    [
      'that the application is not configured',
      application,
      suspended,
      { ...configured, applications: new Map<string, string>() },
      NOT_CONFIGURED,
    ],
    [
      'that its OAuth server is not configured',
      application,
      null,
      { ...configured, oauthUrls: [] },
      NOT_CONFIGURED,
    ],
    ['nothing, once both are configured', application, unconfigured, configured, null],
  ])('tells %s', (_name, known, access, configuration, expected) => {
    expect(accessOf({ application: known, access }, configuration)).toEqual(expected)
  })
})
