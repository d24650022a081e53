/** `keys`: fresh values for the random settings; `keys rotate` says when a former token key may go. */
import type { Command } from 'commander'
import type * as v from 'valibot'
import { ShownSealsSchema } from '../../src/core/views/seals-view.ts'
import { portalPath, type AdminClient } from '../api/admin-client.ts'
import { askEach } from '../api/ask-each.ts'
import { listPortals } from '../api/list-portals.ts'
import { EXIT } from '../exit-codes.ts'
import { Fault } from '../fault.ts'
import { makeKeys } from '../make-keys.ts'
import {
  addLocalCommand,
  addRelayCommand,
  openRelay,
  printerFor,
  type OutputOptions,
  type RelayOptions,
  type Tools,
} from '../relay-command.ts'
import type { Printer, Words } from '../terminal/printer.ts'
import { countOf } from '../terminal/words.ts'

/** Adds the two commands. */
export function addKeys(program: Command, tools: Tools): void {
  const keys = addLocalCommand(program, {
    usage: 'keys',
    summary:
      'print fresh values for TOKEN_KEYS, ADMIN_TOKEN and the secrets of webhooks, as lines of a secrets file; nothing is written anywhere',
    examples: ['keys', 'keys rotate'],
  }).action((options: OutputOptions) => printKeys(tools, options))
  addRelayCommand(keys, {
    usage: 'rotate',
    summary:
      'how many records each key of TOKEN_KEYS still seals in all portals, and when a former one may go. Exit code 1 while nothing may go or a key is missing',
    examples: ['keys rotate'],
  }).action((_options: unknown, command: Command) => {
    // The parent has an option of the same name, which takes what is meant for this one.
    return showRotation(tools, command.optsWithGlobals<RelayOptions>())
  })
}

function printKeys(tools: Tools, options: OutputOptions): void {
  const made = makeKeys(tools.world.now())
  const printer = printerFor(tools, options)
  if (printer.isJson) {
    return printer.json({
      TOKEN_KEYS: made.tokenKeys,
      ADMIN_TOKEN: made.adminToken,
      ERP_SIGNING_SECRET: made.signingSecret,
      ERP_SIGNING_KEY: made.signingKey,
      publicKey: made.publicKey,
    })
  }
  printer.line('# Seals tokens. In a form, give the base64 alone.')
  printer.line(`TOKEN_KEYS='${made.tokenKeys}'`)
  printer.line('# Opens the admin API.')
  printer.line(`ADMIN_TOKEN=${made.adminToken}`)
  printer.line('# Signs for a destination of the type webhook; its receiver needs the same text.')
  printer.line(`ERP_SIGNING_SECRET=${made.signingSecret}`)
  printer.line(`# The same for signature = "v1a"; its receiver verifies with ${made.publicKey}`)
  return printer.line(`ERP_SIGNING_KEY=${made.signingKey}`)
}

type Seals = v.InferOutput<typeof ShownSealsSchema>

/** One key over all portals. */
interface KeyTotal {
  readonly key: string
  readonly configured: boolean
  readonly newest: boolean
  readonly records: number
  readonly portals: number
}

async function showRotation(tools: Tools, options: RelayOptions): Promise<void> {
  const { client, printer } = openRelay(tools, options)
  const { asked, unknown } = await askSeals(client)
  const keys = totalsOf(asked)
  const waiting = {
    copiesBehind: asked.filter(({ copyBehind }) => copyBehind).length,
    spilled: asked.reduce((sum, { spilled }) => sum + spilled, 0),
    spillRefused: asked.reduce((sum, { spillRefused }) => sum + spillRefused, 0),
  }
  const isFree = Object.values(waiting).every((count) => count === 0)
  const told = keys.map((key) => ({ ...key, mayGo: isFree && mayGo(key) }))
  const isDone = told.every(({ newest, mayGo: goes, configured }) => (newest || goes) && configured)
  if (printer.isJson) printer.json({ keys: told, portals: asked.length, unknown, ...waiting })
  else showTotals(told, { ...waiting, portals: asked.length, unknown }, printer)
  tools.ends(isDone ? EXIT.done : EXIT.trouble)
}

/** The seals of every portal, and how many portals are listed of which nothing is stored. */
async function askSeals(
  client: AdminClient,
): Promise<{ readonly asked: readonly Seals[]; readonly unknown: number }> {
  const portals = await listPortals(client)
  const answers = await askEach(portals, ({ memberId }) => askPortal(client, memberId))
  const asked = answers.filter((seals) => seals !== null)
  return { asked, unknown: portals.length - asked.length }
}

/**
 * Null for a portal that is listed although its object holds nothing any more. Every other failure would hide records.
 */
async function askPortal(client: AdminClient, memberId: string): Promise<Seals | null> {
  try {
    return await client.ask(portalPath(memberId, '/seals'), ShownSealsSchema)
  } catch (error) {
    if (error instanceof Fault && error.exitCode === EXIT.unknown) return null
    throw error
  }
}

function totalsOf(asked: readonly Seals[]): readonly KeyTotal[] {
  const totals = new Map<string, KeyTotal>()
  for (const { keys } of asked) {
    for (const { key, configured, newest, records } of keys) {
      const { records: before = 0, portals = 0 } = totals.get(key) ?? {}
      totals.set(key, {
        key,
        configured,
        newest,
        records: before + records,
        portals: portals + (records > 0 ? 1 : 0),
      })
    }
  }
  return [...totals.values()]
}

function mayGo({ newest, configured, records }: KeyTotal): boolean {
  return !newest && configured && records === 0
}

interface Rest {
  readonly portals: number
  readonly unknown: number
  readonly copiesBehind: number
  readonly spilled: number
  readonly spillRefused: number
}

function showTotals(
  keys: readonly (KeyTotal & { readonly mayGo: boolean })[],
  rest: Rest,
  printer: Printer,
): void {
  printer.table(
    ['KEY', 'RECORDS', 'PORTALS', 'WHAT TO DO'],
    keys.map((key) => [key.key, String(key.records), String(key.portals), adviceFor(key)]),
    'No portal is known, so nothing is sealed yet.',
  )
  printer.line()
  printer.line(`${countOf(rest.portals, 'portal')} asked.`)
  if (rest.unknown > 0) {
    printer.line(`${countOf(rest.unknown, 'listed portal')} without anything stored.`)
  }
  if (rest.copiesBehind > 0) {
    printer.line(
      `${countOf(rest.copiesBehind, 'copy').replace('copys', 'copies')} in KV not renewed yet: wait a minute.`,
    )
  }
  if (rest.spilled > 0) printer.line(`Requests wait in KV, sealed as they came: ${rest.spilled}.`)
  if (rest.spillRefused > 0) {
    printer.line(
      `Refused requests are kept in KV, sealed as they came, for 30 days: ${rest.spillRefused}. Without their key they cannot be handed over again.`,
    )
  }
}

function adviceFor(key: KeyTotal & { readonly mayGo: boolean }): Words {
  if (key.newest) return 'seals new records: it stays'
  if (!key.configured) {
    return { text: 'put it back into TOKEN_KEYS: nothing else opens its records', tone: 'bad' }
  }
  if (key.mayGo) return { text: 'may go: take it out of TOKEN_KEYS', tone: 'good' }
  return {
    text:
      key.records === 0
        ? 'wait for what is named below'
        : 'wait: the daily visit, at 03:17 UTC, seals its records again',
    tone: 'warning',
  }
}
