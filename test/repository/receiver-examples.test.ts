/**
 * The receivers in examples/receivers, each as a program of its own, take the requests that the relay's own code
 * makes. A language that is not installed here is left out, which is said loudly.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { globSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import page from '../../docs/payloads.md?raw'
import type { Parcel } from '../../src/destinations/receiver.ts'
import { testParcel } from '../../src/destinations/test-message.ts'
import { webhook } from '../../src/destinations/webhook/receiver.ts'
import { aDelivery, anEnrichment } from '../support/builders/a-delivery.ts'
import { LOCAL, aParcel, opened, requestOf } from '../support/messages/opened-receiver.ts'
import { MEMBER_ID } from '../support/identity.ts'

const FOLDER = join(import.meta.dirname, '../../examples/receivers')

const SECRET = `whsec_${btoa('an example secret of 32 bytes!!!')}`
const FORMER_SECRET = `whsec_${btoa('another secret of 32 bytes......')}`

/** A receiver that stands in the folder. */
interface Example {
  readonly file: string
  /** The program that runs it; it has to be installed. */
  readonly program: string
  readonly commandFor: (port: number) => readonly string[]
  readonly knowsEd25519: boolean
}

const EXAMPLES: readonly Example[] = [
  {
    file: 'receiver.mjs',
    program: process.execPath,
    commandFor: (port) => [join(FOLDER, 'receiver.mjs'), String(port)],
    knowsEd25519: true,
  },
  {
    file: 'receiver.php',
    program: 'php',
    commandFor: (port) => ['-S', `127.0.0.1:${port}`, join(FOLDER, 'receiver.php')],
    knowsEd25519: true,
  },
  {
    file: 'receiver.py',
    program: 'python3',
    commandFor: (port) => [join(FOLDER, 'receiver.py'), String(port)],
    knowsEd25519: false,
  },
]

function isInstalled({ program, file }: Example): boolean {
  if (spawnSync(program, ['--version']).status === 0) return true
  process.stderr.write(
    `\n!!! ${program} is not installed, so examples/receivers/${file} is NOT tested here.\n\n`,
  )
  return false
}

function aKeyPair() {
  const { privateKey } = generateKeyPairSync('ed25519')
  const { d: seed = '', x = '' } = privateKey.export({ format: 'jwk' })
  const text = (base64url: string) => Buffer.from(base64url, 'base64url').toString('base64')
  return { secret: `whsk_${text(seed)}`, publicKey: `whpk_${text(x)}` }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0
      server.close(() => resolve(port))
    })
  })
}

/** An event whose texts are no ASCII, as signatures are over bytes. */
function anEventOf(sequence: number): Parcel['deliveries'][0] {
  const changes = [{ attribute: 'EDIT_FORM_LABEL.ru', before: 'ИНН', after: 'ИНН 🧾' }]
  const id = `${MEMBER_ID}-${sequence}`
  return aDelivery({ id, sequence, enrichment: anEnrichment({ changes }) })
}

/** A running receiver, and the relay's destination that sends to it. */
class RunningExample {
  readonly #child: ChildProcess
  readonly #port: number
  readonly inbox: string
  readonly keys = aKeyPair()

  private constructor(port: number, example: Example) {
    this.#port = port
    this.inbox = mkdtempSync(join(tmpdir(), 'receiver-example-'))
    const env = {
      ...process.env,
      WEBHOOK_KEYS: `${FORMER_SECRET} ${SECRET} ${this.keys.publicKey}`,
      INBOX: this.inbox,
    }
    this.#child = spawn(example.program, example.commandFor(port), { env, stdio: 'ignore' })
  }

  static async start(example: Example): Promise<RunningExample> {
    const running = new RunningExample(await freePort(), example)
    await vi.waitFor(() => fetch(running.url), { timeout: 30_000, interval: 50 })
    return running
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hooks/bitrix24`
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill()
    await ended
    rmSync(this.inbox, { recursive: true, force: true })
  }

  /** What the relay makes of the answer to a parcel. `change` alters the request on its way. */
  async takes(
    parcel: Parcel,
    {
      settings = { secret: SECRET },
      now = Date.now(),
      change = (body: string) => body,
    }: { settings?: object; now?: number; change?: (body: string) => string } = {},
  ) {
    const receiver = opened(webhook, { url: this.url, ...settings }, { policy: LOCAL })
    const { url, headers, body } = await requestOf(receiver, parcel, now)
    const response = await fetch(url, { method: 'POST', headers, body: change(body) })
    const text = await response.text()
    return receiver.judge(
      { status: response.status, headers: response.headers, body: text, isCut: false },
      now,
    )
  }

  /** The stored events, by their ids. */
  stored(): Readonly<Record<string, unknown>> {
    const files = readdirSync(this.inbox)
    expect(files.filter((file) => !file.endsWith('.json'))).toEqual([])
    const events = files.map((file) => JSON.parse(readFileSync(join(this.inbox, file), 'utf8')))
    return Object.fromEntries(events.map((event) => [event.id, event]))
  }
}

const DELIVERED = { kind: 'delivered', status: 204 }
const TRIED_AGAIN = { kind: 'unreachable', reason: 'http_401', status: 401 }

describe.each(EXAMPLES.filter(isInstalled))('examples/receivers/$file', (example) => {
  let receiver: RunningExample

  beforeAll(async () => {
    receiver = await RunningExample.start(example)
  })
  afterAll(() => receiver.stop())

  test('it takes an event and stores it as it was sent, and once only', async () => {
    const event = anEventOf(41)
    for (let time = 1; time <= 2; time += 1) {
      expect(await receiver.takes(aParcel(event))).toMatchObject(DELIVERED)
    }
    const sent = opened(webhook, { url: receiver.url, secret: SECRET }, { policy: LOCAL })
    const body = JSON.parse((await requestOf(sent, aParcel(event))).body)
    expect(receiver.stored()).toEqual({ [event.id]: { id: event.id, ...body } })
  })

  test('it takes a batch, and knows again an event that came alone before', async () => {
    const batch = [anEventOf(41), anEventOf(42), anEventOf(43)] as const
    expect(await receiver.takes(aParcel(batch))).toMatchObject(DELIVERED)
    const sent = await receiver.takes(aParcel([anEventOf(42), anEventOf(43)]))
    expect(sent).toMatchObject(DELIVERED)
    expect(Object.keys(receiver.stored()).toSorted()).toEqual(batch.map(({ id }) => id))
  })

  test('it takes both signatures while a secret is rotated', async () => {
    const settings = {
      secret: [`whsec_${btoa('a secret that nobody knows yet..')}`, FORMER_SECRET],
    }
    expect(await receiver.takes(aParcel(anEventOf(44)), { settings })).toMatchObject(DELIVERED)
  })

  test.runIf(example.knowsEd25519)('it verifies a signature of the private key', async () => {
    const settings = { secret: receiver.keys.secret, signature: 'v1a' }
    expect(await receiver.takes(aParcel(anEventOf(45)), { settings })).toMatchObject(DELIVERED)
    const foreign = { secret: aKeyPair().secret, signature: 'v1a' }
    const answer = await receiver.takes(aParcel(anEventOf(46)), { settings: foreign })
    expect(answer).toMatchObject(TRIED_AGAIN)
  })

  test('it acknowledges a test message and stores nothing of it', async () => {
    const before = receiver.stored()
    const parcel = testParcel({ memberId: 'm', domain: null }, { receipt: 'r', now: Date.now() })
    expect(await receiver.takes(parcel)).toMatchObject(DELIVERED)
    expect(receiver.stored()).toEqual(before)
  })

  test.each([
    ['a body that was changed on its way', { change: (body: string) => body.replace('43', '34') }],
    [
      'another secret',
      { settings: { secret: `whsec_${btoa('a secret of somebody else.......')}` } },
    ],
    ['a time six minutes ago', { now: Date.now() - 360_000 }],
    ['a time in six minutes', { now: Date.now() + 360_000 }],
  ])('it refuses %s so that the relay tries again, and stores nothing', async (_, how) => {
    const before = receiver.stored()
    const answer = await receiver.takes(aParcel(anEventOf(4343)), how)
    expect(answer).toMatchObject(TRIED_AGAIN)
    expect(receiver.stored()).toEqual(before)
  })

  test('it refuses a request without a signature', async () => {
    const response = await fetch(receiver.url, { method: 'POST', body: '{"type":"x"}' })
    expect(response.status).toBe(401)
  })
})

test('every file of the folder is tested here, and the page of payloads links to it', () => {
  const files = globSync('*', { cwd: FOLDER }).toSorted()
  expect(files).toEqual(EXAMPLES.map(({ file }) => file))
  for (const file of files) expect(page).toContain(`(../examples/receivers/${file})`)
})
