/**
 * Checks of `doctor`: wrangler.toml with the operator's wrangler.local.toml over it, the secrets file, what the loader
 * of the Worker itself says of both, and the sizes that Cloudflare allows. No value is shown.
 */
import { parseEnv } from 'node:util'
import { isTable, parseToml, type TomlTable, type TomlValue } from '../../playground/toml.ts'
import { mergeConfig } from '../../scripts/merge-config.ts'
import { loadConfig, type Config, type Env } from '../../src/config/config.ts'
import { MAX_VARIABLE_BYTES } from '../../src/config/doubts.ts'
import { countOf } from '../terminal/words.ts'
import type { World } from '../world.ts'
import { findingsOf, type Finding } from './finding.ts'

/** The files with the settings. */
export interface SettingsOptions {
  /** @default secrets.env, else .dev.vars */
  readonly secretsFile?: string
}

/** The bindings without which the Worker does not run. */
const NEEDED = { kv_namespaces: ['INSTALLS'], durable_objects: ['PORTALS', 'DIRECTORY', 'PACERS'] }

/** Checks the settings of this machine. */
export function checkSettings(
  options: SettingsOptions,
  world: Pick<World, 'readFile'>,
): readonly Finding[] {
  const { findings, config } = readToml(world)
  if (config === null) return findings
  const secrets = readSecrets(options, world)
  const vars = isTable(config['vars']) ? config['vars'] : {}
  const settings = { ...vars, ...secrets.values }
  // Sound: the loader reads no binding but the version, which may be missing.
  const loaded = loadConfig({ ...settings } as unknown as Env)
  return [
    ...findings,
    ...checkBindings(config),
    ...secrets.findings,
    ...checkLoaded(loaded, { hasSecrets: secrets.values !== null }),
    ...checkSizes(settings),
  ]
}

function readToml({ readFile }: Pick<World, 'readFile'>): {
  readonly findings: readonly Finding[]
  readonly config: TomlTable | null
} {
  const { ok, problem } = findingsOf('wrangler.toml')
  const project = readFile('wrangler.toml')
  if (project === null) {
    const remedy = 'Run this in the folder of the relay'
    return { findings: [problem('wrangler.toml is not found', remedy)], config: null }
  }
  const parsed = parseFile('wrangler.toml', project)
  if ('wrong' in parsed) return { findings: [parsed.wrong], config: null }
  const own = readFile('wrangler.local.toml')
  if (own === null) return { findings: [ok('It is read')], config: parsed.table }
  const laidOver = parseFile('wrangler.local.toml', own)
  if ('wrong' in laidOver) return { findings: [laidOver.wrong], config: null }
  return {
    findings: [ok('It is read, with wrangler.local.toml over it')],
    config: mergeConfig(parsed.table, laidOver.table),
  }
}

function parseFile(
  name: string,
  text: string,
): { readonly table: TomlTable } | { readonly wrong: Finding } {
  try {
    return { table: parseToml(text) }
  } catch (error) {
    // The parser names the line and what it expected, and quotes nothing.
    const told = error instanceof Error ? error.message : 'It cannot be read'
    return { wrong: findingsOf(name).problem(told, 'Correct this line') }
  }
}

function checkBindings(config: TomlTable): readonly Finding[] {
  const { ok, problem } = findingsOf('bindings')
  const objects = isTable(config['durable_objects']) ? config['durable_objects']['bindings'] : []
  const names = {
    kv_namespaces: namesIn(config['kv_namespaces'], 'binding'),
    durable_objects: namesIn(objects, 'name'),
  }
  const missing = [
    ...NEEDED.kv_namespaces.filter((name) => !names.kv_namespaces.includes(name)),
    ...NEEDED.durable_objects.filter((name) => !names.durable_objects.includes(name)),
  ]
  if (missing.length === 0) return [ok('KV and Durable Objects are bound')]
  return [
    problem(
      `These bindings are missing: ${missing.join(', ')}`,
      'Take them over from wrangler.toml of the release',
    ),
  ]
}

function namesIn(entries: TomlValue | undefined, key: string): readonly TomlValue[] {
  return Array.isArray(entries) ? entries.filter(isTable).flatMap((entry) => entry[key] ?? []) : []
}

interface Secrets {
  readonly findings: readonly Finding[]
  /** The settings in the file; null where there is no file. */
  readonly values: Readonly<Record<string, unknown>> | null
}

function readSecrets(
  { secretsFile }: SettingsOptions,
  { readFile }: Pick<World, 'readFile'>,
): Secrets {
  const { problem, skipped } = findingsOf('secrets')
  const names = secretsFile === undefined ? ['secrets.env', '.dev.vars'] : [secretsFile]
  for (const name of names) {
    const text = readFile(name)
    if (text !== null) return parseSecrets(name, text)
  }
  const finding =
    secretsFile === undefined
      ? skipped(
          'Neither secrets.env nor .dev.vars is here, so secrets cannot be checked',
          'Name the file with --secrets-file',
        )
      : problem(`There is no file ${secretsFile}`)
  return { findings: [finding], values: null }
}

/** Wrangler puts a variable in the place of `$NAME`, so a `$` is written as `\$` (docs/deploy.md). */
function parseSecrets(file: string, text: string): Secrets {
  const { ok, warning } = findingsOf('secrets')
  const entries = Object.entries(parseEnv(text)).filter(([, value]) => value !== '')
  const replaced = entries.filter(([, value]) => /(?<!\\)\$[A-Za-z_{]/.test(value ?? ''))
  return {
    findings: [
      ok(`${file} holds ${countOf(entries.length, 'secret')}`),
      ...replaced.map(([name]) =>
        warning(
          `${name} has a $, in the place of which wrangler puts a variable`,
          String.raw`Write it as \$ unless that is meant`,
        ),
      ),
    ],
    values: Object.fromEntries(
      entries.map(([name, value]) => [name, value?.replaceAll(String.raw`\$`, '$')]),
    ),
  }
}

function checkLoaded(
  { problems, warnings, destinations }: Config,
  { hasSecrets }: { readonly hasSecrets: boolean },
): readonly Finding[] {
  const { ok, problem, warning } = findingsOf('configuration')
  // Without the secrets nobody knows whether a setting is missing or only not here.
  const found = hasSecrets ? problem : warning
  const findings = [
    ...problems.map((one) => found(`${one.setting}: ${one.problem}`)),
    ...(destinations?.length === 0
      ? [warning('No destination is configured', 'Add one to DESTINATIONS in wrangler.local.toml')]
      : []),
    ...warnings.map((text) => warning(text)),
  ]
  return findings.length > 0 ? findings : [ok('The loader of the Worker finds nothing wrong')]
}

function checkSizes(settings: Readonly<Record<string, unknown>>): readonly Finding[] {
  const { ok, problem } = findingsOf('sizes')
  const sizes = Object.entries(settings).map(([name, value]) => ({
    name,
    bytes: Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value)),
  }))
  const large = sizes.filter(({ bytes }) => bytes > MAX_VARIABLE_BYTES)
  if (large.length === 0) return [ok('Each variable is below the 5 KB that Cloudflare allows')]
  return large.map(({ name, bytes }) =>
    problem(
      `${name} has ${bytes} bytes, and Cloudflare allows ${MAX_VARIABLE_BYTES} for one variable`,
      'Make it shorter: for example, let portals share destinations by values (`$portal.NAME`)',
    ),
  )
}
