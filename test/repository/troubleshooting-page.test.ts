/**
 * docs/troubleshooting.md explains each word by which the relay names a trouble, and no other. The compiler keeps
 * the lists below complete: a further member of a union does not compile before it stands here.
 */
import { describe, expect, it } from 'vitest'
import page from '../../docs/troubleshooting.md?raw'
import type { UnansweredReason } from '../../src/bitrix24/installs/verify-install.ts'
import { ACCESS_TROUBLES } from '../../src/core/access/access.ts'
import {
  INSTALL_REFUSALS,
  type InstallRefusal,
} from '../../src/core/access/installs/install-refusal.ts'
import type { PinRefusal } from '../../src/core/access/outgoing-webhook.ts'
import type { PortalStatus } from '../../src/core/access/portal-status.ts'
import { MISSING_REASONS } from '../../src/core/events/missing-events.ts'
import type { Fate } from '../../src/core/lanes/fate-of.ts'
import type { FilterReason } from '../../src/core/lanes/filters/filter-reason.ts'
import type { ParkReason } from '../../src/core/lanes/state/fate.ts'
import type {
  DisabledReason,
  LaneState,
  WaitReason,
} from '../../src/core/lanes/state/lane-state.ts'
import type { CommonReason, ProfileReason } from '../../src/core/lanes/state/outcome.ts'
import { QUARANTINE_REASONS, THIN_REASONS } from '../../src/core/log/event.ts'
import type { ListedRefusalReason } from '../../src/core/refused-caller.ts'
import type { ProblemReason } from '../../src/core/reports/problem.ts'
import type { AddressReason } from '../../src/core/safety/address.ts'
import { DESTINATION_TYPES } from '../../src/destinations/registry.ts'
import type { ErrorCode } from '../../src/http/error-response.ts'

const SOURCES = import.meta.glob<string>('../../src/**/*.ts', {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** Members of a union, each of them once. */
function all<Union extends string>(members: Record<Union, true>): readonly string[] {
  return Object.keys(members)
}

/** The status stands in the place of a number. */
type Common = Exclude<CommonReason, `http_${number}`> | 'http_<status>'

/** The words that only some receivers have, as far as a profile names them. */
const PROFILE_REASONS = DESTINATION_TYPES.flatMap(({ profile: { errors, statuses } }) =>
  [...errors, ...statuses].flatMap(({ reason }) => (reason === undefined ? [] : [reason])),
)

/** Each table of the page, by its heading and the name of its first column. */
const TABLES: readonly (readonly [heading: string, column: string, words: readonly string[]])[] = [
  [
    'Answers of the relay',
    'code',
    all<ErrorCode>({
      malformed_body: true,
      invalid_event: true,
      robot_without_token: true,
      robot_with_token: true,
      invalid_hint: true,
      too_many_hints: true,
      invalid_request: true,
      ambiguous_domain: true,
      unusable_destination: true,
      still_waiting: true,
      wrong_domain: true,
      foreign_request: true,
      untrusted: true,
      unauthorized: true,
      not_found: true,
      method_not_allowed: true,
      not_head: true,
      removed_destination: true,
      too_many_jobs: true,
      no_access: true,
      body_too_large: true,
      unsupported_media_type: true,
      too_many_requests: true,
      portal_full: true,
      internal_error: true,
      not_stored: true,
      misconfigured: true,
    }),
  ],
  [
    'Refused callers',
    'reason',
    all<Exclude<ListedRefusalReason, InstallRefusal>>({
      wrong_token: true,
      unknown_portal: true,
      wrong_address: true,
      missing_credentials: true,
      misconfigured: true,
      too_many_requests: true,
    }),
  ],
  [
    'Settings and addresses',
    'word',
    all<AddressReason>({
      not_a_url: true,
      not_https: true,
      user_info: true,
      unknown_port: true,
      private_address: true,
      metadata_address: true,
      local_name: true,
      not_a_public_name: true,
    }),
  ],
  [
    'Refused installations',
    'reason',
    [
      ...INSTALL_REFUSALS,
      ...all<UnansweredReason>({ oauth_server_unanswered: true, portal_unanswered: true }),
    ],
  ],
  [
    'Refused outgoing webhooks',
    'reason',
    all<PinRefusal | 'pinned'>({ ended_installation: true, named_portal: true, pinned: true }),
  ],
  [
    'States of a portal',
    'state',
    all<PortalStatus>({
      active: true,
      pending: true,
      unfinished: true,
      tokens_lost: true,
      no_rights: true,
      suspended: true,
      portal_full: true,
      uninstalled: true,
      deleted: true,
    }),
  ],
  [
    'States of a portal',
    'problem',
    all<Exclude<ProblemReason, PortalStatus>>({
      lane_disabled: true,
      lane_failing: true,
      parked: true,
      events_not_bound: true,
    }),
  ],
  ['Events that are not bound', 'reason', MISSING_REASONS],
  ['Access to a portal', 'trouble', ACCESS_TROUBLES],
  ['Events without changes', 'reason', THIN_REASONS],
  ['Events that were not understood', 'reason', QUARANTINE_REASONS],
  [
    'Fates of an event',
    'state',
    all<Fate['state']>({
      delivered: true,
      waiting: true,
      parked: true,
      filtered: true,
      unchanged: true,
      expired: true,
    }),
  ],
  [
    'Fates of an event',
    'reason',
    all<FilterReason>({
      quarantined: true,
      portal: true,
      no_value: true,
      older_than_destination: true,
      event: true,
      field: true,
      user: true,
      condition: true,
      erased: true,
      unchanged: true,
    }),
  ],
  [
    'States of a lane',
    'state',
    all<LaneState['status']>({ active: true, paused: true, disabled: true, removed: true }),
  ],
  [
    'States of a lane',
    'waitsFor',
    all<WaitReason>({ retry: true, pace: true, digest: true, probe: true }),
  ],
  [
    'Failed deliveries',
    'reason',
    [
      ...all<Common | Exclude<ParkReason | DisabledReason, CommonReason | ProfileReason>>({
        'http_<status>': true,
        timeout: true,
        network_error: true,
        redirect: true,
        rate_limited: true,
        moved: true,
        unexpected_body: true,
        gone: true,
        handshake_refused: true,
        refused_address: true,
        misconfigured: true,
        no_value: true,
        cannot_render: true,
        set_aside: true,
        rejects_everything: true,
      }),
      ...PROFILE_REASONS,
    ],
  ],
]

/** Unions of this kind that stand in no table, each with its reason. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  CallerRefusal: 'three codes of the answers',
  CommonReason: 'in the table of failed deliveries',
  DecodeReason: 'told by the code of the answer',
  DisabledReason: 'in the table of failed deliveries',
  DropReason: 'counts events, and is shown to nobody',
  FailureReason: 'in the table of failed deliveries',
  HintFault: 'told by the code of the answer',
  IntakeErrorCode: 'some of the codes of the answers',
  LaneFault: 'told by the code of the answer',
  LaneStatus: 'in the table of lanes',
  NameReason: 'some of the words for addresses',
  OutcomeReason: 'in the table of failed deliveries',
  OwnErrorCode: 'a call of Bitrix24 without an answer, told by the reason of the event',
  PageErrorCode: 'some of the codes of the answers',
  PageReason: 'told by the code of the answer',
  PendingRefusal: 'some of the refusals of installations',
  PreviewRefusal: 'told by the code of the answer',
  ProfileReason: 'in the table of failed deliveries',
  SpillRefusal: 'refusals of installations, and the code untrusted',
  VerdictRefusal: 'some of the refusals of installations',
}

/** States of things that no operator looks at. */
const NOT_SHOWN = ['FieldState']

const IN_TABLES = [
  'AccessTrouble',
  'AddressReason',
  'ErrorCode',
  'FilterReason',
  'InstallRefusal',
  'LaneState',
  'ListedRefusalReason',
  'MissingReason',
  'ParkReason',
  'PinRefusal',
  'PortalStatus',
  'ProblemReason',
  'QuarantineReason',
  'RefusedCallerReason',
  'ThinReason',
  'UnansweredReason',
  'WaitReason',
]

/** The words in the first column of the tables of a section whose header begins with this column. */
function wordsOf(heading: string, column: string): readonly string[] {
  const start = page.indexOf(`\n## ${heading}\n`)
  const end = page.indexOf('\n## ', start + 1)
  const section = page.slice(start, end < 0 ? undefined : end)
  const tables = section.split(/\n(?=\| \w+ \| cause \| cure \|)/u).slice(1)
  return tables
    .filter((table) => table.startsWith(`| ${column} |`))
    .flatMap((table) => [...table.matchAll(/^\| (`[^|]+`) \|/gmu)])
    .flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/gu)].map(([, word = '']) => word))
}

describe('docs/troubleshooting.md', () => {
  it.each(TABLES)(
    '%s: each %s of the code is explained, and no other',
    (heading, column, words) => {
      expect([...wordsOf(heading, column)].toSorted()).toEqual([...new Set(words)].toSorted())
    },
  )

  it('gives each word a cause and a cure', () => {
    const rows = [...page.matchAll(/^\| `.*$/gmu)].map(([row]) => row.split(' | '))
    expect(rows.length).toBeGreaterThan(100)
    expect(rows.filter((cells) => cells.length !== 3 || cells.some((cell) => cell === ''))).toEqual(
      [],
    )
  })

  it('leaves out no union of reasons of the code', () => {
    const unions = Object.values(SOURCES).flatMap((source) =>
      [
        ...source.matchAll(
          /^export type (\w+(?:Reason|Refusal|Trouble|Fault|Status|State|Code)) =/gmu,
        ),
      ]
        .map(([, name = '']) => name)
        .filter((name) => !NOT_SHOWN.includes(name)),
    )
    expect([...new Set(unions)].toSorted()).toEqual(
      [...IN_TABLES, ...Object.keys(ELSEWHERE)].toSorted(),
    )
  })

  it('explains each warning of /healthz, and no other', () => {
    expect(WARNINGS.length).toBeGreaterThan(12)
    const phrases = wordsOf('Warnings of healthz', 'warning')
    const matching = (phrase: string) =>
      new RegExp(phrase.replaceAll(/[.*+?^${}()|[\]\\]/gu, '\\$&').replaceAll('…', '.*'), 'u')
    const unexplained = WARNINGS.filter(
      (one) => !phrases.some((phrase) => matching(phrase).test(one)),
    )
    expect(unexplained).toEqual([])
    const unsaid = phrases.filter((phrase) => !WARNINGS.some((one) => matching(phrase).test(one)))
    expect(unsaid).toEqual([])
  })
})

/** The sentences of the code that stand in `warnings`; a part that is filled in is told by `…`. */
const WARNINGS: readonly string[] = [
  ...textsIn('config/doubts.ts').filter((text) => text.split(' ').length > 3),
  ...textsIn('config/config.ts', /(?:warnings\.push\(\s*|_WARNING = )/u),
  ...textsIn('http/health.ts').filter((text) => text.includes('not bound to')),
]

/** The texts of a file, those of comments left out; with `before` only those that stand behind it. */
function textsIn(file: string, before = /(?:)/u): readonly string[] {
  const code = (SOURCES[`../../src/${file}`] ?? '').replaceAll(/^\s*(?:\/\/|\/?\*).*$/gmu, '')
  const text = /(?:'(?<plain>[^'\n]*)'|`(?<filled>[^`]*)`)/u
  return [...code.matchAll(new RegExp(before.source + text.source, 'gu'))].map(({ groups = {} }) =>
    (groups['plain'] ?? groups['filled'] ?? '').replaceAll(/\$\{[^}]*\}/gu, '…'),
  )
}
