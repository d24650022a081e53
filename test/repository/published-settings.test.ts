/**
 * Settings that README and the pages show inside of a sentence or as JSON: a destination with each of them is one that
 * the Worker takes. The whole blocks of TOML and of secrets stand in published-examples.test.ts.
 */
import { describe, expect, it } from 'vitest'
import { parseToml, type TomlTable } from '../../playground/toml.ts'
import { loadConfig, type Env } from '../../src/config/config.ts'
import { WORKING_SETTINGS } from '../support/builders/working-settings.ts'

const PAGES = import.meta.glob<string>(['../../README.md', '../../docs/*.md'], {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** The languages of blocks, each of which a test reads. */
const LANGUAGES: Readonly<Record<string, string>> = {
  '': 'what a program writes',
  toml: 'published-examples.test.ts',
  dotenv: 'published-examples.test.ts',
  sh: 'published-commands.test.ts',
  json: 'here, or payloads-page.test.ts',
  js: 'payloads-page.test.ts',
  php: 'payloads-page.test.ts',
  python: 'payloads-page.test.ts',
  sql: 'storage.md: for Data Studio, by hand',
  yaml: 'metrics.md: for Prometheus, by hand',
}

const SECRETS = {
  TOKEN_KEYS: 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=',
  SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T0000/B0000/example',
  ERP_GATEWAY_KEY: 'example-key-of-the-gateway',
  ACME_REST: 'https://acme.bitrix24.com/rest/1/xxxxxxxxxxxxxxxx/',
}

/** What `signature = "v1a"` needs in the place of a shared secret. */
const PRIVATE_KEY = 'whsk_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='

function problemsOf(settings: Readonly<Record<string, unknown>>): readonly string[] {
  // Sound: reading the configuration touches vars and secrets only.
  const { problems } = loadConfig({ ...SECRETS, ...settings } as unknown as Env)
  return problems.map(({ setting, problem }) => `${setting} ${problem}`)
}

const found = Object.entries(PAGES).flatMap(([path, text]) => {
  const page = path.replace('../../', '')
  return [...text.matchAll(/`([a-z]\w* = [^`]+)`/gu)].map(([, setting = '']) => ({ page, setting }))
})

/** The table of one setting; null for something else in backticks. */
function tableOf(setting: string): TomlTable | null {
  try {
    return parseToml(setting)
  } catch {
    return null
  }
}

describe('a setting inside of a sentence', () => {
  it('is found on docs/configure.md and on other pages', () => {
    const pages = new Set(found.map(({ page }) => page))
    expect(pages).toContain('docs/configure.md')
    expect(pages.size).toBeGreaterThan(2)
    expect(found.filter(({ setting }) => tableOf(setting) === null)).toEqual([])
  })

  it.each(found)('$page: $setting is taken', ({ setting }) => {
    const table = tableOf(setting) ?? {}
    // A setting of wrangler is none of the Worker.
    if ('workers_dev' in table) return
    const problems = Object.entries(WORKING_SETTINGS).map(([type, working]) => {
      const key = table['signature'] === 'v1a' ? { secret: PRIVATE_KEY } : {}
      const destination = { name: 'one', type, ...working, ...key, ...table }
      // The one that `fallback` names.
      const ops = { name: 'ops', type: 'slack', ...WORKING_SETTINGS.slack }
      return problemsOf({ DESTINATIONS: [destination, ops] })
    })
    // Each setting belongs to some type; the page says to which.
    expect(problems).toContainEqual([])
  })

  it('is not taken where it is wrong', () => {
    const wrong = { name: 'one', type: 'slack', ...WORKING_SETTINGS.slack, retryHours: 1 }
    expect(problemsOf({ DESTINATIONS: [wrong] })).not.toEqual([])
  })
})

const lists = Object.entries(PAGES).flatMap(([path, text]) =>
  [...text.matchAll(/^```json\n(\[\{ "name".*?)\n```$/gmsu)].map(([, json = '']) => ({
    page: path.replace('../../', ''),
    json,
  })),
)

describe('destinations as JSON', () => {
  it.each(lists)('$page: they are taken as a secret, on one line', ({ json }) => {
    expect(json).not.toContain('\n')
    expect(problemsOf({ DESTINATIONS: json })).toEqual([])
  })

  it('stand on README and in docs/deploy.md', () => {
    expect(lists.map(({ page }) => page)).toEqual(['README.md', 'docs/deploy.md'])
  })
})

it('every block of README and docs has a language that a test reads', () => {
  const unknown = Object.entries(PAGES).flatMap(([page, text]) => {
    // Every second fence ends a block.
    const fences = [...text.matchAll(/^ *```(\w*)$/gmu)].map(([, language = '']) => language)
    return fences
      .filter((language, index) => index % 2 === 0 && !(language in LANGUAGES))
      .map((language) => `${page}: ${language}`)
  })
  expect(unknown).toEqual([])
})
