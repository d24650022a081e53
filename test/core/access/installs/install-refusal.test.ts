import { describe, expect, it } from 'vitest'
import {
  INSTALL_REFUSALS,
  remedyOfRefusal,
} from '../../../../src/core/access/installs/install-refusal.ts'

const OWNER = /^Let an administrator of the portal open or install/u

describe('the remedy of a refused installation', () => {
  it.each([
    ['another_application', /^Uninstall the application/u],
    ['foreign_oauth_server', /BITRIX24_OAUTH_URLS/u],
    ['suspended', /plan .* renew it/u],
    ['portal_deleted', /closed/u],
    ['unsafe_endpoint', /public https address/u],
    ['no_key', /^Set TOKEN_KEYS/u],
    ['too_many_waiting', /wait until they end/u],
    ['late', /uninstalled since/u],
    ['member_mismatch', /forged/u],
  ] as const)('%s does not send the operator to an administrator in vain', (reason, remedy) => {
    expect(remedyOfRefusal(reason)).toMatch(remedy)
    expect(remedyOfRefusal(reason)).not.toMatch(OWNER)
  })

  it.each(['token_refused', 'token_expired', 'not_administrator', 'no_rights'] as const)(
    '%s does, since a new installation helps',
    (reason) => {
      expect(remedyOfRefusal(reason)).toMatch(OWNER)
    },
  )

  it('is there for every reason', () => {
    expect(INSTALL_REFUSALS.filter((reason) => remedyOfRefusal(reason).length < 20)).toEqual([])
  })
})
