import { describe, expect, it } from 'vitest'
import {
  NO_INSTALL,
  countRefusal,
  isKnownPortal,
} from '../../../../src/core/access/installs/install.ts'
import { anApplication } from '../../../support/builders/an-install.ts'
import { NOW } from '../../../support/time.ts'

describe('countRefusal()', () => {
  it('counts and keeps the last reason, and nothing that KV would have to know', () => {
    const once = countRefusal(NO_INSTALL, 'not_administrator', NOW)
    expect(countRefusal(once, 'domain_mismatch', NOW + 1)).toEqual({
      ...NO_INSTALL,
      refused: { count: 2, lastAt: NOW + 1, reason: 'domain_mismatch' },
    })
  })
})

describe('isKnownPortal()', () => {
  it.each([
    ['a portal without anything', {}, false],
    ['one with an application', { application: anApplication() }, true],
    ['one that was uninstalled', { uninstallTs: 1 }, true],
  ])('%s: %j', (_name, partial, expected) => {
    expect(isKnownPortal({ ...NO_INSTALL, ...partial })).toBe(expected)
  })
})
