/** The runner, on a small Worker of its own: bindings, logs, cron, kill and restart on the same disk. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { buildRelay } from '../../playground/relay-build.ts'
import { startRelay } from '../../playground/relay.ts'
import type { RelayOptions, RunningRelay } from '../../playground/relay.ts'
import { parseToml } from '../../playground/toml.ts'

const WORKER = `
import { DurableObject } from 'cloudflare:workers'
export class Portal extends DurableObject {
  count() {
    this.ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS hits (id INTEGER PRIMARY KEY)')
    this.ctx.storage.sql.exec('INSERT INTO hits DEFAULT VALUES')
    return this.ctx.storage.sql.exec('SELECT count(*) AS hits FROM hits').one().hits
  }
}
export class Directory extends DurableObject {}
export class Pacer extends DurableObject {}
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url)
    console.log('seen', pathname)
    if (pathname === '/count') return Response.json(await env.PORTALS.getByName('a').count())
    const { success } = await env.ADMIN_LIMIT.limit({ key: 'a' })
    const { BITRIX24_CLIENT_ID: id, DESTINATIONS: destinations } = env
    return Response.json({ id, destinations, limited: !success, version: typeof env.VERSION.id })
  },
  async scheduled(event, env) {
    await env.INSTALLS.put('cron', event.cron)
  },
}
`

let projectFolder = ''
let buildFolder = ''
const relays: RunningRelay[] = []

beforeAll(async () => {
  projectFolder = mkdtempSync(join(tmpdir(), 'relay-test-'))
  const toml = readFileSync(new URL('../../wrangler.toml', import.meta.url), 'utf8')
  writeFileSync(join(projectFolder, 'wrangler.toml'), toml.replace('src/index.ts', 'index.js'))
  writeFileSync(join(projectFolder, 'index.js'), WORKER)
  buildFolder = await buildRelay({ projectFolder, outFolder: join(projectFolder, 'out') })
})

afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.dispose()))
})

afterAll(() => rmSync(projectFolder, { recursive: true, force: true }))

async function aRelay(options: Partial<RelayOptions> = {}): Promise<RunningRelay> {
  const relay = await startRelay({ vars: {}, projectFolder, buildFolder, ...options })
  relays.push(relay)
  return relay
}

async function get(relay: RunningRelay, path: string): Promise<unknown> {
  return (await fetch(`${relay.url}${path}`)).json()
}

test('startRelay() gives the Worker the bindings of wrangler.toml and the vars of its caller', async () => {
  const relay = await aRelay({ vars: { BITRIX24_CLIENT_ID: 'local.1', DESTINATIONS: [{ a: 1 }] } })
  expect(await get(relay, '/')).toEqual({
    id: 'local.1',
    destinations: [{ a: 1 }],
    limited: false,
    version: 'string',
  })
})

test('kill() leaves nobody listening, and restart() goes on with the same disk and URL', async () => {
  const relay = await aRelay()
  expect(await get(relay, '/count')).toBe(1)
  await relay.kill()
  expect(relay.running).toBe(false)
  await expect(get(relay, '/count')).rejects.toThrow('fetch failed')
  await relay.restart()
  expect(await get(relay, '/count')).toBe(2)
  await relay.restart()
  expect(await get(relay, '/count')).toBe(3)
})

test('kill() ends only its own relay when several run in one process', async () => {
  const [one, two] = await Promise.all([aRelay(), aRelay()])
  await one.kill()
  expect(await get(two, '/count')).toBe(1)
})

test('logs keep what the Worker wrote, also from before a restart', async () => {
  const relay = await aRelay()
  await get(relay, '/count')
  await relay.restart()
  await get(relay, '/')
  await expect
    .poll(() => relay.logs.map(({ level, message }) => `${level} ${message}`))
    .toEqual(['log seen /count', 'log seen /'])
})

test('dispatchScheduled() runs the cron trigger, and kv() shows what it wrote', async () => {
  const relay = await aRelay()
  expect(await relay.dispatchScheduled('*/5 * * * *')).toBe('ok')
  expect(await (await relay.kv()).get('cron')).toBe('*/5 * * * *')
})

test('dispose() removes the folder it made and keeps a given one', async () => {
  const given = join(projectFolder, 'state')
  const own = await aRelay()
  const kept = await aRelay({ folder: given })
  expect(await get(kept, '/count')).toBe(1)
  await own.dispose()
  await kept.dispose()
  expect([existsSync(own.folder), existsSync(given)]).toEqual([false, true])
})

test('buildRelay() rejects with the words of wrangler', async () => {
  const broken = mkdtempSync(join(projectFolder, 'broken-'))
  writeFileSync(join(broken, 'wrangler.toml'), 'name = "x"\nmain = "gone.ts"\n')
  await expect(
    buildRelay({ projectFolder: broken, outFolder: join(broken, 'out') }),
  ).rejects.toThrow('entry-point file at "gone.ts" was not found')
})

test('parseToml() reads what wrangler.toml files are written in', () => {
  const text = `
name = "a # b" # comment
flags = [
  "x", # one
  'y',
]
limit = 1_000
[a.b]
on = true
rate = { simple = { limit = 60, period = 60.5 } }
[[vars.LIST]]
name = "one"
[[vars.LIST]]
name = "tw\\"o"
`
  expect(JSON.parse(JSON.stringify(parseToml(text)))).toEqual({
    name: 'a # b',
    flags: ['x', 'y'],
    limit: 1000,
    a: { b: { on: true, rate: { simple: { limit: 60, period: 60.5 } } } },
    vars: { LIST: [{ name: 'one' }, { name: 'tw"o' }] },
  })
})

test('parseToml() reads texts of several lines', () => {
  const text = `
a = """
one "two"
\tthree \\"\\u0041\\\\
"""
b = """x \\
    y"""
c = '''
as 'it' \\is'''
`
  expect(parseToml(text)).toMatchObject({
    a: 'one "two"\n\tthree "A\\\n',
    b: 'x y',
    c: "as 'it' \\is",
  })
})

test.each([
  ['a = 2026-01-01', 'line 1: expected a value'],
  ['a = 1\nb = """x', 'line 2: expected the end of the line'],
  ['a = 1 b = 2', 'line 1: expected the end of the line'],
  ['a = 1\na = 2', 'line 2: duplicate key a'],
  ['= 1', 'line 1: expected a key'],
])('parseToml() refuses %j', (text, problem) => {
  expect(() => parseToml(text)).toThrow(`Cannot read TOML ${problem}`)
})
