/**
 * Runs wrangler with the settings of this folder: wrangler.toml, and over it the operator's own
 * wrangler.local.toml, which git ignores.
 *
 *     npm run dev
 *     npm run deploy -- --secrets-file secrets.env
 *     npm run wrangler -- tail
 *
 * A deployment that failed after it had made its KV namespace can be repeated: wrangler would make the namespace
 * once more, and Cloudflare refuses a second one of the same title (docs/decisions/0041).
 */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { isTable, parseToml, type TomlTable, type TomlValue } from '../playground/toml.ts'
import { mergeConfig } from './merge-config.ts'

/** The settings of the project. */
const PROJECT_CONFIG = 'wrangler.toml'
/** The operator's own. */
const OWN_CONFIG = 'wrangler.local.toml'
/** What wrangler reads. It stands beside the others, since wrangler takes every path from there. */
const MERGED_CONFIG = 'wrangler.merged.json'
const REPEATED_CONFIG = 'wrangler.repeated.json'

/** Cloudflare's code for a KV namespace whose title is taken. */
const TITLE_TAKEN = 10_014

/** The file of `bin` would start this one in a further process, which a signal does not reach. */
const WRANGLER = fileURLToPath(
  new URL('../node_modules/wrangler/wrangler-dist/cli.js', import.meta.url),
)

const children = new Set<ChildProcess>()
// Ctrl-C reaches wrangler by itself, since both belong to the terminal; this process only has to outlive it.
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => children.forEach((child) => child.kill(signal)))
}

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  // Without a command, as in `npm run wrangler -- --help`, wrangler would take the file for an argument.
  const [command = '-'] = args
  if (command.startsWith('-')) return runWrangler(args)
  if (args.some((arg) => /^(?:-c|--config)(?:=|$)/u.test(arg))) return runWrangler(args)
  const config = readConfig()
  writeConfig(MERGED_CONFIG, config)
  const merged = [...args, '--config', MERGED_CONFIG]
  return command === 'deploy' ? deploy(config, { args, merged }) : runWrangler(merged)
}

function readConfig(): TomlTable {
  const project = readToml(PROJECT_CONFIG)
  if (!existsSync(OWN_CONFIG)) return project
  console.log(`Settings of ${OWN_CONFIG} are laid over ${PROJECT_CONFIG}`)
  return mergeConfig(project, readToml(OWN_CONFIG))
}

function readToml(file: string): TomlTable {
  try {
    return parseToml(readFileSync(file, 'utf8'))
  } catch (error) {
    console.error(`${file}: ${error instanceof Error ? error.message : String(error)}`)
    return process.exit(1)
  }
}

/** Writes a file only when it changes: `wrangler dev` starts the Worker anew when its settings are written. */
function writeConfig(file: string, config: TomlTable): void {
  const text = `${JSON.stringify(config, null, 2)}\n`
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text)
}

interface Deployment {
  readonly args: readonly string[]
  /** The same, with the merged settings. */
  readonly merged: readonly string[]
}

/** Deploys, and once more with the namespaces of an unfinished deployment where Cloudflare refuses new ones. */
async function deploy(config: TomlTable, { args, merged }: Deployment): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'relay-deploy-'))
  const report = join(folder, 'report.ndjson')
  try {
    const code = await runWrangler(merged, { WRANGLER_OUTPUT_FILE_PATH: report })
    if (code === 0 || !isTitleTaken(report)) return code
    const completed = await withKnownNamespaces(config, nameOf(args, config))
    if (completed === null) return code
    writeConfig(REPEATED_CONFIG, completed)
    return await runWrangler([...args, '--config', REPEATED_CONFIG])
  } finally {
    rmSync(folder, { recursive: true, force: true })
    rmSync(REPEATED_CONFIG, { force: true })
  }
}

/** Whether wrangler has reported that it ended because of a title. */
function isTitleTaken(report: string): boolean {
  if (!existsSync(report)) return false
  const lines = readFileSync(report, 'utf8').trim().split('\n')
  // Sound: wrangler documents its report as one JSON object a line.
  const entries = lines.map((line) => JSON.parse(line) as { type?: string; code?: number })
  return entries.some(({ type, code }) => type === 'command-failed' && code === TITLE_TAKEN)
}

/** The name of the Worker that wrangler deploys. */
function nameOf(args: readonly string[], config: TomlTable): string {
  const { values } = parseArgs({
    args: [...args],
    options: { name: { type: 'string' } },
    strict: false,
  })
  const name = values.name ?? process.env['WRANGLER_CI_OVERRIDE_NAME'] ?? config['name']
  return typeof name === 'string' ? name : ''
}

/** The settings with the ids of the namespaces that wrangler would make; null when it has made none of them. */
async function withKnownNamespaces(config: TomlTable, name: string): Promise<TomlTable | null> {
  const known = await listNamespaces()
  const missing = tablesOf(config['kv_namespaces']).filter(({ id }) => id === undefined)
  const found = missing.flatMap(({ binding }) => {
    if (typeof binding !== 'string') return []
    // The title that wrangler gives to a namespace without an id.
    const title = `${name}-${binding.toLowerCase().replaceAll('_', '-')}`
    const id = known.find((namespace) => namespace.title === title)?.id
    return id === undefined ? [] : [{ title, entry: { binding, id } }]
  })
  if (found.length === 0) return null
  const titles = found.map(({ title }) => title).join(', ')
  console.log(`\nAn earlier deployment has made ${titles}. Deploying once more with it.\n`)
  const entries = found.map(({ entry }) => entry)
  return mergeConfig(config, { kv_namespaces: entries })
}

interface Namespace {
  readonly id: string
  readonly title: string
}

async function listNamespaces(): Promise<readonly Namespace[]> {
  const chunks: Buffer[] = []
  const args = ['kv', 'namespace', 'list', '--config', MERGED_CONFIG]
  const child = start(args, { stdio: ['inherit', 'pipe', 'inherit'] })
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
  if ((await ended(child)) !== 0) return []
  const text = Buffer.concat(chunks).toString()
  // Sound: the command is documented to print the namespaces as JSON.
  return JSON.parse(text.slice(text.indexOf('['))) as readonly Namespace[]
}

function tablesOf(value: TomlValue | undefined): readonly TomlTable[] {
  return Array.isArray(value) ? value.filter(isTable) : []
}

/** Runs wrangler in this terminal; resolves with its exit code. */
function runWrangler(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  return ended(start(args, { stdio: 'inherit', env }))
}

function start(
  args: readonly string[],
  { stdio, env = {} }: { stdio: StdioOptions; env?: Readonly<Record<string, string>> },
): ChildProcess {
  const child = spawn(process.execPath, ['--no-warnings', WRANGLER, ...args], {
    stdio,
    // Without this `wrangler dev` asks the network for the data of a request, which the relay does not read.
    env: { CLOUDFLARE_CF_FETCH_ENABLED: 'false', ...process.env, ...env },
  })
  children.add(child)
  return child
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      children.delete(child)
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}
