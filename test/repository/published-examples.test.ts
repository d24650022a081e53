/**
 * What the repository hands to a newcomer works as it stands: configuration blocks of the documents, and the
 * files that a deployment is made of.
 */
import { describe, expect, it } from 'vitest'
import secretsExample from '../../.dev.vars.example?raw'
import gitignore from '../../.gitignore?raw'
import packageJson from '../../package.json'
import wranglerSchema from '../../node_modules/wrangler/config-schema.json?raw'
import { parseToml } from '../../playground/toml.ts'
import readme from '../../README.md?raw'
import { loadConfig, type Env } from '../../src/config/config.ts'
import { blocksIn, secretsIn, varsOf } from '../support/published-blocks.ts'
import wranglerToml from '../../wrangler.toml?raw'

const DOCUMENTS = import.meta.glob<string>(['../../README.md', '../../docs/**/*.md'], {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** Values that fit the names which the documents use for secrets. */
const SECRETS = {
  BITRIX24_CLIENT_SECRET: 'example-client-secret',
  TOKEN_KEYS: '{"k1":"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="}',
  SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T0000/B0000/example',
  ERP_SIGNING_SECRET: 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=',
}

interface Block {
  readonly document: string
  readonly text: string
}

function blocksOf(language: 'toml' | 'dotenv'): readonly Block[] {
  return Object.entries(DOCUMENTS).flatMap(([document, content]) =>
    blocksIn(content, language).map((text) => ({ document, text })),
  )
}

function problemsOf(settings: Readonly<Record<string, unknown>>): readonly string[] {
  // Sound: reading the configuration touches vars and secrets only.
  const env = { ...SECRETS, ...settings }
  // Both of the pair are set, or none.
  const pair = settings['BITRIX24_CLIENT_ID'] ? {} : { BITRIX24_CLIENT_SECRET: '' }
  const { problems } = loadConfig({ ...env, ...pair } as unknown as Env)
  return problems.map(({ setting, problem }) => `${setting} ${problem}`)
}

const blocks = blocksOf('toml')
const secretBlocks = blocksOf('dotenv')

// Sound: the file of wrangler is a JSON schema whose root names its definition.
const { definitions } = JSON.parse(wranglerSchema) as {
  readonly definitions: { readonly RawConfig: { readonly properties: Record<string, unknown> } }
}

describe('The configuration blocks of README and docs', () => {
  it('are found', () => {
    expect(blocks.map(({ document }) => document)).toContain('../../README.md')
  })

  it.each(blocks)('are accepted by the Worker: $document', ({ text }) => {
    const table = parseToml(text)
    expect(Object.keys(table)).not.toEqual([])
    expect(problemsOf(varsOf(table))).toEqual([])
  })

  it.each(blocks)('are settings that wrangler has: $document', ({ text }) => {
    const known = Object.keys(definitions.RawConfig.properties)
    expect(Object.keys(parseToml(text)).filter((key) => !known.includes(key))).toEqual([])
  })

  it.each(secretBlocks)('are secrets that the Worker takes: $document', ({ text }) => {
    const secrets = secretsIn(text)
    expect(Object.keys(secrets)).toHaveLength(text.trim().split('\n').length)
    expect(problemsOf(secrets)).toEqual([])
  })
})

describe('wrangler.toml', () => {
  const wrangler = parseToml(wranglerToml)

  it('is accepted by the Worker as it stands, without an application', () => {
    expect(problemsOf(varsOf(wrangler))).toEqual([])
  })

  it('deploys on the free plan, which refuses limits of its own (code 100328)', () => {
    expect(wrangler['limits']).toBeUndefined()
  })

  it('keeps no names of functions, which would cost a call for each closure', () => {
    expect(wrangler['keep_names']).toBe(false)
  })
})

describe('The Deploy button', () => {
  // It asks for every line of this file that is no comment, and lets none of them empty.
  const asked = [...secretsExample.matchAll(/^(\w+)=/gmu)].map(([, name = '']) => name)

  it('asks only for what every relay needs, and says how to make each', () => {
    expect(asked).toEqual(['TOKEN_KEYS', 'ADMIN_TOKEN'])
    const { bindings } = packageJson.cloudflare
    expect(Object.keys(bindings)).toEqual(asked)
    for (const { description } of Object.values(bindings)) {
      expect(description).toMatch(/`openssl rand -base64 \d+`/u)
    }
  })

  it('asks for no settings of wrangler.toml, and sends none that would replace a secret', () => {
    expect(parseToml(wranglerToml)['vars']).toBeUndefined()
  })

  it('gives a relay that is configured, when the answers are those of the descriptions', () => {
    const TOKEN_KEYS = 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='
    const config = loadConfig({ TOKEN_KEYS, ADMIN_TOKEN: 'a'.repeat(32) } as unknown as Env)
    expect([config.problems, config.warnings]).toEqual([[], []])
  })
})

describe('The repository', () => {
  it('ignores the files with secrets that README tells to write', () => {
    const ignored = gitignore.split('\n')
    const written = readme.matchAll(/--secrets-file (?<name>[\w.-]+)/gu)
    const names = [...written].map(({ groups }) => groups?.['name'] ?? '')
    expect(names).not.toEqual([])
    const own = ['.dev.vars', 'wrangler.local.toml', 'wrangler.merged.json']
    for (const name of [...names, ...own]) expect(ignored).toContain(name)
  })

  it('is described in package.json by the first sentence of README', () => {
    const { description } = packageJson
    const text = readme.replaceAll(/\s+/gu, ' ')
    expect(description).not.toBe('')
    expect(text).toContain(`# bitrix24-event-relay ${description}`)
  })
})
