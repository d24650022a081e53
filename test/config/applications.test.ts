import { describe, expect, it } from 'vitest'
import {
  DEFAULT_OAUTH_URLS,
  readApplications,
  readOAuthUrls,
} from '../../src/config/applications.ts'
import { SettingsReader } from '../../src/config/settings-reader.ts'

const NOT_JSON = '(the text is not JSON)'
const PAIR = { BITRIX24_CLIENT_ID: 'local.1', BITRIX24_CLIENT_SECRET: 'canary-client-secret' }

function problemsOf({ problems }: SettingsReader): string[] {
  return problems.map(({ setting, problem }) => `${setting}: ${problem}`)
}

describe('readApplications()', () => {
  const form = 'Must be a JSON object of client id to client secret'

  it('takes the one pair, and several of them', () => {
    const several = { 'app.1': 'canary-1', 'app.2': 'canary-2' }
    const reader = new SettingsReader({ ...PAIR, BITRIX24_APPLICATIONS: several })
    expect(readApplications(reader)).toEqual(
      new Map([...Object.entries(several), ['local.1', 'canary-client-secret']]),
    )
    expect(reader.problems).toEqual([])
  })

  it('takes none where nothing is set, as with outgoing webhooks only', () => {
    const reader = new SettingsReader({})
    expect(readApplications(reader)).toEqual(new Map())
    expect(reader.problems).toEqual([])
  })

  it.each<[setting: string, value: unknown, problem: string]>([
    ['BITRIX24_CLIENT_SECRET', '', 'Must be set, as BITRIX24_CLIENT_ID is'],
    ['BITRIX24_CLIENT_SECRET', undefined, 'Must be set, as BITRIX24_CLIENT_ID is'],
    ['BITRIX24_CLIENT_ID', '', 'Must be set, as BITRIX24_CLIENT_SECRET is'],
    ['BITRIX24_APPLICATIONS', '{"canary":', `${form} ${NOT_JSON}`],
    ['BITRIX24_APPLICATIONS', 'canary', `${form} ${NOT_JSON}`],
    ['BITRIX24_APPLICATIONS', '"canary"', form],
    ['BITRIX24_APPLICATIONS', ['canary'], form],
    ['BITRIX24_APPLICATIONS', { canary: '' }, form],
    ['BITRIX24_APPLICATIONS', { '': 'canary' }, form],
    ['BITRIX24_APPLICATIONS', { a: { secret: 'canary' } }, form],
    ['BITRIX24_APPLICATIONS', { a: 47114711 }, form],
  ])('names what is wrong: %s = %j', (setting, value, problem) => {
    const reader = new SettingsReader({ ...PAIR, [setting]: value })
    readApplications(reader)
    expect(problemsOf(reader)).toEqual([`${setting}: ${problem}`])
  })
})

describe('readOAuthUrls()', () => {
  const urls = 'Must hold https URLs of public hosts'
  const strict = { allowLocal: false }

  it('has the servers of Bitrix24 as its default', () => {
    expect(readOAuthUrls(new SettingsReader({}), strict)).toEqual(DEFAULT_OAUTH_URLS)
  })

  it('reads the origin of each address, with its port', () => {
    const setting = ['https://oauth.bitrix.info/', 'https://oauth.example.com:8443/x']
    const reader = new SettingsReader({ BITRIX24_OAUTH_URLS: setting })
    expect(readOAuthUrls(reader, strict)).toEqual([
      'https://oauth.bitrix.info',
      'https://oauth.example.com:8443',
    ])
  })

  it('leaves a wrong address out and goes on with the others', () => {
    const setting = ['canary', 'https://oauth.example.com']
    const reader = new SettingsReader({ BITRIX24_OAUTH_URLS: setting })
    expect(readOAuthUrls(reader, strict)).toEqual(['https://oauth.example.com'])
    expect(problemsOf(reader)).toEqual([`BITRIX24_OAUTH_URLS: ${urls} (not_a_url)`])
  })

  it.each<[setting: string, value: unknown, problem: string]>([
    ['BITRIX24_OAUTH_URLS', 'https://canary.example', `Must be a list of https URLs ${NOT_JSON}`],
    ['BITRIX24_OAUTH_URLS', '"https://canary.example"', 'Must be a list of https URLs'],
    ['BITRIX24_OAUTH_URLS', [47114711], 'Must be a list of https URLs'],
    ['BITRIX24_OAUTH_URLS', [], 'Must name at least one server'],
    ['BITRIX24_OAUTH_URLS', ['http://canary.example'], `${urls} (not_https)`],
    ['BITRIX24_OAUTH_URLS', ['https://127.0.0.1'], `${urls} (private_address)`],
  ])('names what is wrong: %s = %j', (setting, value, problem) => {
    const reader = new SettingsReader({ [setting]: value })
    readOAuthUrls(reader, strict)
    expect(problemsOf(reader)).toEqual([`${setting}: ${problem}`])
  })
})
