/** The settings of this machine: what the Worker's own loader says of them, and no value anywhere. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkSettings } from '../../../cli/doctor/check-settings.ts'
import { CLIENT_ID } from '../../support/identity.ts'

const TOML = readFileSync(new URL('../../../wrangler.toml', import.meta.url).href.slice(7), 'utf8')
const KEY = 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='
const SECRETS = `TOKEN_KEYS='{"k1":"${KEY}"}'
ADMIN_TOKEN=canary-admin-token-0123456789
BITRIX24_CLIENT_SECRET=canary-client-secret
SLACK_URL=https://hooks.slack.com/services/T0/B0/canary
`
const OWN = `[vars]
BITRIX24_CLIENT_ID = "${CLIENT_ID}"

[[vars.DESTINATIONS]]
name = "crm"
type = "slack"
url = "$SLACK_URL"
`
const RIGHT = { 'wrangler.toml': TOML, 'wrangler.local.toml': OWN, 'secrets.env': SECRETS }

function told(files: Readonly<Record<string, string>>, options = {}): readonly string[] {
  const findings = checkSettings(options, { readFile: (path) => files[path] ?? null })
  return findings.map(({ check, result, finding }) => `${result} ${check}: ${finding}`)
}

describe('checkSettings()', () => {
  it('finds nothing wrong with right settings', () => {
    expect(told(RIGHT)).toEqual([
      'ok wrangler.toml: It is read, with wrangler.local.toml over it',
      'ok bindings: KV and Durable Objects are bound',
      'ok secrets: secrets.env holds 4 secrets',
      'ok configuration: The loader of the Worker finds nothing wrong',
      'ok sizes: Each variable is below the 5 KB that Cloudflare allows',
    ])
  })

  it('says what the loader of the Worker says', () => {
    const own = OWN.replace('"$SLACK_URL"', '"$NONE"').replace(
      '[vars]',
      '[vars]\nRETENTION_DAYS = 0',
    )
    const wrong = told({ ...RIGHT, 'wrangler.local.toml': own }).filter((line) =>
      line.startsWith('problem'),
    )
    expect(wrong).toEqual([
      expect.stringMatching(/^problem configuration: DESTINATIONS\.crm\.url: Must be/u),
      expect.stringMatching(/^problem configuration: RETENTION_DAYS: Must be/u),
    ])
  })

  it('warns only, where the secrets are not here', () => {
    const lines = told({ 'wrangler.toml': TOML })
    expect(lines).toContain(
      'skipped secrets: Neither secrets.env nor .dev.vars is here, so secrets cannot be checked',
    )
    expect(lines).toContainEqual(expect.stringMatching(/^warning configuration: TOKEN_KEYS: Must/u))
    expect(lines).toContain('warning configuration: No destination is configured')
    expect(lines.some((line) => line.startsWith('problem'))).toBe(false)
  })

  it('takes .dev.vars, or the file that is named', () => {
    const { 'secrets.env': text, ...files } = RIGHT
    expect(told({ ...files, '.dev.vars': text })).toContain('ok secrets: .dev.vars holds 4 secrets')
    expect(told({ ...files, other: text }, { secretsFile: 'other' })).toContain(
      'ok secrets: other holds 4 secrets',
    )
    expect(told(files, { secretsFile: 'none' })).toContain('problem secrets: There is no file none')
  })

  it('reads a $ as wrangler does, and warns of one in the place of which wrangler puts a variable', () => {
    const text = `${SECRETS}A=x\\$y\nB=x$NAME\n`
    expect(
      told({ ...RIGHT, 'secrets.env': text }).filter((line) => line.includes(' secrets:')),
    ).toEqual([
      'ok secrets: secrets.env holds 6 secrets',
      'warning secrets: B has a $, in the place of which wrangler puts a variable',
    ])
  })

  it('names the variable that Cloudflare would not take', () => {
    const long = `${SECRETS}LONG=${'x'.repeat(5000)}\nTOO_LONG=${'ä'.repeat(2501)}\n`
    expect(told({ ...RIGHT, 'secrets.env': long }).at(-1)).toBe(
      'problem sizes: TOO_LONG has 5002 bytes, and Cloudflare allows 5000 for one variable',
    )
  })

  it.each([
    ['no wrangler.toml', {}, 'problem wrangler.toml: wrangler.toml is not found'],
    [
      'one that cannot be read',
      { 'wrangler.toml': 'name = "x"\nwrong' },
      'problem wrangler.toml: Cannot read TOML line 2: expected =',
    ],
  ])('ends with %s', (_case, files, expected) => {
    expect(told(files)).toEqual([expected])
  })

  it('names the file in which a line cannot be read', () => {
    const files = { ...RIGHT, 'wrangler.local.toml': 'wrong' }
    expect(told(files)).toEqual([
      'problem wrangler.local.toml: Cannot read TOML line 1: expected =',
    ])
  })

  it('names missing bindings', () => {
    const files = {
      ...RIGHT,
      'wrangler.toml': TOML.replace('"INSTALLS"', '"OTHER"').replace('"PACERS"', '"P"'),
    }
    expect(told(files)).toContain('problem bindings: These bindings are missing: INSTALLS, PACERS')
  })

  it('shows no secret, whatever is wrong', () => {
    const broken = SECRETS.replaceAll('=', '=x').replaceAll('canary', 'canary canary')
    const all = [told(RIGHT), told({ ...RIGHT, 'secrets.env': broken })].flat().join('\n')
    expect(all).not.toMatch(/canary|MDEyMz/u)
  })
})
