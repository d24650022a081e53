/**
 * Parts of two releases understand one another: what today's callers send and read, and what today's objects take.
 * The compiler checks the forms (`npm run types`), so a call that the former release would not understand does not
 * compile. test/built/two-versions.test.ts plays the same with both bundles, where the history of the clone is there.
 */
import type { DurableObject } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { PortalClient } from '../../src/edge/portal-client.ts'
import { Directory, Pacer, Portal } from '../../src/index.ts'
import type { DirectoryRemote } from '../../src/objects/directory.ts'
import type { PacerRemote } from '../../src/objects/pacer-client.ts'
import type { PortalCalls } from '../../src/portal/portal-calls.ts'
import type { PortalObject } from '../../src/portal/portal.ts'
import type { FormerDirectory, FormerPacer, FormerPortal } from './former-release.ts'

type Shared<Former, Today> = Extract<keyof Former, keyof Today>

/** The methods of the former release that today's callers use, and whose parameters it would not take. */
type NotTaken<Former, Today> = {
  [Name in Shared<Former, Today>]: Former[Name] extends (
    ...sent: ParametersOf<Today, Name>
  ) => unknown
    ? never
    : Name
}[Shared<Former, Today>]

/** The methods that a former caller uses, and that today's object lacks or would not take. */
type NotOffered<Former, Today> = {
  [Name in keyof Former]: Name extends keyof Today
    ? Today[Name] extends (...sent: ParametersOf<Former, Name>) => unknown
      ? never
      : Name
    : Name
}[keyof Former]

/** The methods whose former answer today's callers would not understand. */
type NotRead<Former, Today> = {
  [Name in Shared<Former, Today>]: Former[Name] extends (...sent: never[]) => infer Answer
    ? Today[Name] extends (...sent: never[]) => Promise<infer Read>
      ? Answer extends Widened<Read>
        ? never
        : Name
      : Name
    : Name
}[Shared<Former, Today>]

/** A view goes through to the operator as it is: its members may be others. */
type Widened<Read> = Read extends { readonly kind: string } | { readonly ok: boolean }
  ? Read
  : Read extends object
    ? object
    : Read

type ParametersOf<T, Name extends keyof T> = T[Name] extends (...parameters: infer P) => unknown
  ? P
  : never

/** Compiles only when every list is empty. */
type NoneOf<Names extends readonly never[]> = Names

/** The methods by which parts of two releases would not understand one another, if there were any. */
type Misunderstood = NoneOf<
  [
    NotTaken<FormerPortal, PortalClient>,
    NotOffered<FormerPortal, PortalClient>,
    NotRead<FormerPortal, PortalClient>,
    NotTaken<FormerDirectory, DirectoryRemote>,
    NotOffered<FormerDirectory, DirectoryRemote>,
    NotRead<FormerDirectory, DirectoryRemote>,
    NotTaken<FormerPacer, PacerRemote>,
    NotOffered<FormerPacer, PacerRemote>,
    NotRead<FormerPacer, PacerRemote>,
    // A pacer has no new method.
    Exclude<keyof PacerRemote, keyof FormerPacer>,
    // No method of a portal's object can be called that the contract leaves out.
    Exclude<keyof PortalObject, keyof PortalCalls | keyof DurableObject>,
  ]
>

type Reasons<Former, Today> = { readonly [Name in Exclude<keyof Today, keyof Former>]: string }

/**
 * The methods that a former object does not know, and what its caller does without it. A further method does not
 * compile without a line here.
 */
const NEW_METHODS: {
  readonly portal: Reasons<FormerPortal, PortalClient>
  readonly directory: Reasons<FormerDirectory, DirectoryRemote>
} = {
  portal: {
    appendAll: 'the second try of each event is a call of its own, by append',
    goOn: 'an object calls itself alone, so both ends are of one release',
    removePin: 'the operator gets 500 and tries again',
    renewRobotAddress: 'the operator gets 500 and tries again',
    removeRobotAddress: 'the operator gets 500 and tries again',
    preview: 'the operator gets 500 and tries again',
    sendTestMessage: 'the operator gets 500 and tries again',
    exportPage: 'the operator gets 500 and tries again',
    eraseEvent: 'the operator gets 500 and tries again',
    erase: 'the operator gets 500 and tries again',
    replayList: 'the page of the dry run gets 500, and is opened again',
    why: 'the operator gets 500 and tries again',
    seals: 'the operator gets 500 and tries again',
    stamp: 'the page is not renewed by itself',
    history: 'the page of the portal has no plots',
  },
  directory: {
    pinned: 'a portal that has lost its record waits: its events go to the spill',
    unpin: 'the operator gets 500 and tries again',
    holdDomain: 'the domain counts as the own one, and is held at the next change or visit',
    notePortal: 'the portal says it again at its next change or visit',
    notePortals: 'portals are visited as KV lists them',
    beginRound: 'portals are visited as KV lists them',
    nextVisits: 'this run visits no portal, the daily one visits as KV lists them',
    listPortals: 'nobody calls it in this release',
    noteReport: 'the portal reports again an hour later, or at its next trouble',
    listReports: 'the operator gets 500 and tries again',
    listTold: 'the overview tells no bulletins',
    portalsNamed: 'the operator gets 500, and uses the member id',
    sumReports: 'nobody calls it in this release',
    sumMetrics: 'the scrape gets 500, and the next one reads again',
    beginOrder: 'the operator gets 500 and tries again',
    nextOrdered: 'the next run of the cron goes on',
    noteRefused: 'the list of refused callers lacks a line',
    listRefused: 'the operator gets 500 and tries again',
    noteMissing: 'the portal says it again with its next look at the bindings',
    listMissing: '`/healthz` tells no portal that lacks events',
  },
}

/** The methods of the former release, all of which today's classes have to have. */
const FORMER_METHODS: {
  readonly portal: Record<keyof FormerPortal, true>
  readonly directory: Record<keyof FormerDirectory, true>
  readonly pacer: Record<keyof FormerPacer, true>
} = {
  portal: {
    append: true,
    recognises: true,
    install: true,
    uninstall: true,
    touch: true,
    view: true,
    events: true,
    event: true,
    parked: true,
    controlLane: true,
    replay: true,
    setValue: true,
    reconcile: true,
  },
  directory: { pin: true, notePending: true, listPending: true },
  pacer: { take: true, hold: true },
}

const CLASSES = { portal: Portal, directory: Directory, pacer: Pacer } as const

describe.each([
  { part: 'portal', added: NEW_METHODS.portal },
  { part: 'directory', added: NEW_METHODS.directory },
  { part: 'pacer', added: {} },
] as const)('the calls to the $part', ({ part, added }) => {
  it('go to methods that its class has today, old ones and new ones', () => {
    const named = [...Object.keys(FORMER_METHODS[part]), ...Object.keys(added)]
    expect(named.filter((name) => !(name in CLASSES[part].prototype))).toEqual([])
  })

  it('have in all forms the members that the former release knows', () => {
    const none: Misunderstood[number][] = []
    expect(none).toEqual([])
    for (const reason of Object.values(added)) expect(reason).not.toBe('')
  })
})
