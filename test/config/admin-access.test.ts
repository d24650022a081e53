/** The settings of Cloudflare Access in front of the admin surface. */
import { describe, expect, it } from 'vitest'
import { readAdminAccess } from '../../src/config/admin-access.ts'
import { SettingsReader } from '../../src/config/settings-reader.ts'

const AUD = '4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2'

function read(settings: Readonly<Record<string, unknown>>) {
  const reader = new SettingsReader(settings)
  const access = readAdminAccess(reader)
  return { access, problems: reader.problems.map(({ setting }) => setting) }
}

describe('readAdminAccess()', () => {
  it('is null, and no problem, where Access is not used', () => {
    expect(read({})).toEqual({ access: null, problems: [] })
  })

  it.each(['acme.cloudflareaccess.com', 'https://Acme.cloudflareaccess.com/'])(
    'reads the team domain %s',
    (domain) => {
      expect(read({ ACCESS_TEAM_DOMAIN: domain, ACCESS_AUD: AUD })).toEqual({
        access: { issuer: 'https://acme.cloudflareaccess.com', audience: AUD },
        problems: [],
      })
    },
  )

  it.each<[what: string, settings: Readonly<Record<string, unknown>>, problems: string[]]>([
    ['no audience', { ACCESS_TEAM_DOMAIN: 'acme.cloudflareaccess.com' }, ['ACCESS_AUD']],
    ['no team', { ACCESS_AUD: AUD }, ['ACCESS_TEAM_DOMAIN']],
    [
      'another host',
      { ACCESS_TEAM_DOMAIN: 'acme.example.com', ACCESS_AUD: AUD },
      ['ACCESS_TEAM_DOMAIN'],
    ],
    [
      'a host that only ends alike',
      { ACCESS_TEAM_DOMAIN: 'x.evil-cloudflareaccess.com', ACCESS_AUD: AUD },
      ['ACCESS_TEAM_DOMAIN'],
    ],
    [
      'a host in the path of another',
      { ACCESS_TEAM_DOMAIN: 'https://evil.com/acme.cloudflareaccess.com', ACCESS_AUD: AUD },
      ['ACCESS_TEAM_DOMAIN'],
    ],
    [
      'an audience that is none',
      { ACCESS_TEAM_DOMAIN: 'acme.cloudflareaccess.com', ACCESS_AUD: 'x y' },
      ['ACCESS_AUD'],
    ],
  ])('opens nothing with %s', (_, settings, problems) => {
    expect(read(settings)).toEqual({ access: null, problems })
  })
})
