/** `judgeByProfile` over every profile: each error in the forms in which it comes, statuses, successes. */
import { describe, expect, test } from 'vitest'
import type { DeliveryOutcome, OutcomeReason } from '../../../src/core/lanes/state/outcome.ts'
import { judgeByProfile } from '../../../src/destinations/answers/judge.ts'
import type { ErrorClass, ErrorRule, Profile } from '../../../src/destinations/profile.ts'
import { CLOUDEVENTS } from '../../../src/destinations/cloudevents/profile.ts'
import { DISCORD } from '../../../src/destinations/discord/profile.ts'
import { GOOGLE_CHAT } from '../../../src/destinations/googlechat/profile.ts'
import { MATTERMOST } from '../../../src/destinations/mattermost/profile.ts'
import { SLACK } from '../../../src/destinations/slack/profile.ts'
import { TEAMS } from '../../../src/destinations/teams/profile.ts'
import { TELEGRAM } from '../../../src/destinations/telegram/profile.ts'
import { WEBHOOK } from '../../../src/destinations/webhook/profile.ts'
import { DESTINATION_TYPES } from '../../../src/destinations/registry.ts'
import { anAnswer, type GivenAnswer } from '../../support/builders/an-answer.ts'
import { RECEIVED_AT } from '../../support/builders/a-delivery.ts'

const PROFILES: readonly (readonly [string, Profile])[] = Object.entries({
  CLOUDEVENTS,
  DISCORD,
  GOOGLE_CHAT,
  MATTERMOST,
  SLACK,
  TEAMS,
  TELEGRAM,
  WEBHOOK,
})
const RULES = PROFILES.flatMap(([name, profile]) =>
  profile.errors.map((rule) => [name, rule.says, profile, rule] as const),
)
const STATUSES = PROFILES.flatMap(([name, profile]) =>
  profile.statuses.flatMap((rule) =>
    rule.statuses.map((status) => [name, status, profile, rule] as const),
  ),
)

test('the profile of every kind of receiver is tested', () => {
  const known = new Set(DESTINATION_TYPES.map(({ profile }) => profile))
  expect(new Set(PROFILES.map(([, profile]) => profile))).toEqual(known)
})

describe('judgeByProfile() finds an error by what it says', () => {
  test.each(RULES)('%s: %s', (_name, _says, profile, rule) => {
    for (const body of formsOf(rule)) {
      // No rule is about this status, so only the words can tell.
      expect([body, judge(profile, { status: 418, body })]).toEqual([
        body,
        outcomeOf(rule, { status: 418, body }),
      ])
      expect(judge(profile, { status: 500, body })).toEqual(outcomeOf(rule, { status: 500, body }))
    }
  })

  const exact = RULES.filter(([, , , { match }]) => match === 'exact')

  test.each(exact)('%s: %s inside of another word is not meant', (_name, says, profile) => {
    for (const body of [`x${says}`, `${says}x`, JSON.stringify({ error: `${says}x` })]) {
      expect(reasonOf(judge(profile, { status: 418, body }))).toBe('http_418')
    }
  })

  test('a part is found whatever the case of its rule', () => {
    const rule = { says: 'TOPIC_Closed', match: 'part', reason: 'gone', class: 'message' } as const
    const body = 'Bad Request: topic_closed'
    expect(reasonOf(judge({ ...TELEGRAM, errors: [rule] }, { status: 400, body }))).toBe('gone')
  })

  test('words come before statuses', () => {
    const body = '{"id":"web.incoming_webhook.parse.app_error","status_code":404}'
    expect(judge(MATTERMOST, { status: 404, body })).toMatchObject({
      scope: 'message',
      reason: 'invalid_payload',
    })
  })
})

describe('judgeByProfile() without a known word', () => {
  test.each(STATUSES)('%s: status %i is judged by its rule', (_name, status, profile, rule) => {
    for (const body of ['', 'Something else', '<html></html>', '{}', '{"error":42}', '{']) {
      const reason = rule.reason ?? (`http_${status}` as const)
      expect(judge(profile, { status, body })).toEqual(
        outcomeOf({ class: rule.class, reason }, { status, body }),
      )
    }
  })

  test.each(PROFILES)('%s: other statuses are transient', (_name, profile) => {
    const ruled = profile.statuses.flatMap(({ statuses }) => statuses)
    const others = [100, 302, 402, 408, 409, 418, 421, 425, 429, 500, 502, 503, 504, 599]
    for (const status of others.filter((other) => !ruled.includes(other))) {
      const known: Readonly<Record<number, OutcomeReason>> = {
        302: 'redirect',
        429: 'rate_limited',
      }
      const reason = known[status] ?? (`http_${status}` as const)
      expect(judge(profile, { status })).toEqual(
        outcomeOf({ class: 'transient', reason }, { status, body: '' }),
      )
    }
  })

  test('no status has two rules, and none of a success has one', () => {
    for (const [name, { statuses, success }] of PROFILES) {
      const all = [...statuses.flatMap((rule) => rule.statuses), ...success.statuses]
      expect([name, new Set(all).size]).toEqual([name, all.length])
    }
  })
})

test.each([
  [199, 'http_199'],
  [300, 'redirect'],
] as const)('a profile without statuses takes 200 to 299, and not %i', (status, reason) => {
  expect(judge(WEBHOOK, { status })).toMatchObject({ kind: 'unreachable', reason })
})

describe('judgeByProfile() with an answer that was too long to be read whole', () => {
  const filler = '\u0436'.repeat(5000)
  const discord = cut(`{"type":0,"embeds":[{"description":"${filler}"}],"id":"1234567890"}`)
  const google = cut(`{"name":"spaces/A/messages/B","text":"${filler}"}`)
  const bot = cut(`{ "ok" : true,"result":{"message_id":1,"text":"${filler}"}}`)

  test.each<readonly [string, Profile, string]>([
    ['Discord repeats the message before its id', DISCORD, discord],
    ['Google Chat repeats the message', GOOGLE_CHAT, google],
    ['Telegram repeats the message', TELEGRAM, bot],
    ['the cut goes through a character', TELEGRAM, cut(`{"ok":true, "x":"${filler}"}`)],
  ])('%s: delivered', (_case, profile, body) => {
    expect(judge(profile, { status: 200, body })).toEqual({ kind: 'delivered', status: 200 })
  })

  test.each<readonly [string, Profile, number, string]>([
    ['an error of Telegram', TELEGRAM, 200, cut(`{"ok":false,"description":"${filler}"}`)],
    ['ok further inside', TELEGRAM, 200, cut(`{"result":{"ok":true,"x":"${filler}"}}`)],
    ['a page', DISCORD, 200, cut(`<html>${filler}`)],
    ['a page', TELEGRAM, 200, cut(`<html>${filler}`)],
    ['another status', DISCORD, 500, discord],
    ['an object that only broke', DISCORD, 200, discord.slice(0, 4000)],
    ['an object that only broke', TELEGRAM, 200, bot.slice(0, 4000)],
    ['whole JSON without a name', DISCORD, 200, `{"x":"${'x'.repeat(8184)}"}`],
    ['another kind of success', SLACK, 200, bot],
  ])('%s is no success', (_case, profile, status, body) => {
    expect(judge(profile, { status, body }).kind).toBe('unreachable')
  })
})

describe('judgeByProfile() tells how long to wait', () => {
  test.each<readonly [string, Profile, Record<string, string>, string, number | null]>([
    ['rate headers', DISCORD, rate('0', '1.25'), '', 1250],
    ['the body before rate headers', DISCORD, rate('0', '1.25'), '{"retry_after":3}', 3000],
    ['rate headers of room left', DISCORD, rate('1', '1.25'), '', null],
    ['rate headers of no time', DISCORD, rate('0', '0'), '', null],
    ['rate headers of another receiver', TELEGRAM, rate('0', '1.25'), '', null],
    ['nothing', GOOGLE_CHAT, {}, '', null],
  ])('%s', (_case, profile, headers, body, retryAfterMs) => {
    expect(judge(profile, { status: 429, body, headers })).toMatchObject({
      kind: 'unreachable',
      retryAfterMs,
    })
  })

  test.each<readonly [string, Profile, Record<string, string>, number | null]>([
    ['the last of a window holds', DISCORD, rate('0', '1.25'), 1250],
    ['blanks do not matter', DISCORD, rate(' 0 ', '0.0001'), 1],
    ['room left does not hold', DISCORD, rate('1', '1.25'), null],
    ['no time does not hold', DISCORD, rate('0', '0'), null],
    ['a time that is none does not hold', DISCORD, rate('0', 'soon'), null],
    ['a negative time does not hold', DISCORD, rate('0', '-1'), null],
    ['no time given does not hold', DISCORD, { 'x-ratelimit-remaining': '0' }, null],
    ['no headers do not hold', DISCORD, {}, null],
    ['other receivers have no such headers', TELEGRAM, rate('0', '1.25'), null],
  ])('after a success %s', (_case, profile, headers, holdMs) => {
    const body = '{"ok":true,"id":"1"}'
    expect(judge(profile, { status: 200, body, headers })).toEqual({
      kind: 'delivered',
      status: 200,
      ...(holdMs !== null && { holdMs }),
    })
  })
})

function judge(profile: Profile, given: GivenAnswer): DeliveryOutcome {
  return judgeByProfile(profile, anAnswer(given), RECEIVED_AT)
}

function rate(remaining: string, resetAfter: string): Record<string, string> {
  return { 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset-after': resetAfter }
}

/** The forms in which receivers tell a word or a sentence. */
function formsOf({ says, match }: ErrorRule): readonly string[] {
  if (match === 'part') {
    const sentence = `Bad Request: ${says.toUpperCase()}, sorry`
    return [
      sentence,
      `${sentence}\n`,
      JSON.stringify({ error: sentence }),
      JSON.stringify({ ok: false, description: sentence }),
      JSON.stringify({ message: sentence, code: 0 }),
      JSON.stringify({ error: { message: sentence, code: 'x' } }),
      JSON.stringify({ error: { code: sentence } }),
    ]
  }
  return [
    says,
    ` ${says}\n`,
    `${says}: for a reason`,
    `${says} for a reason`,
    JSON.stringify({ error: says }),
    JSON.stringify({ code: says }),
    JSON.stringify({ id: says }),
    JSON.stringify({ status: says }),
    JSON.stringify({ error: { code: says } }),
    JSON.stringify({ error: { status: says, code: 400 } }),
    ...(/^\d+$/.test(says) ? [`{"code":${says}}`, `{"error":{"code":${says}}}`] : []),
  ]
}

/** The outcome that an error of a class must lead to; nothing here is taken from the judge. */
function outcomeOf(
  { class: errorClass, reason }: { class: ErrorClass; reason: OutcomeReason },
  { status, body }: { status: number; body: string },
): DeliveryOutcome {
  const text = body.trim()
  const detail = text === '' || text === reason ? null : text
  switch (errorClass) {
    case 'message':
      return { kind: 'rejected', scope: 'message', reason, status, probe: true, detail }
    case 'endpoint':
      return { kind: 'rejected', scope: 'endpoint', reason, status, probe: true, detail }
    case 'endpoint_gone':
      return { kind: 'rejected', scope: 'endpoint', reason, status, probe: false, detail }
    case 'wait':
    case 'transient':
      return { kind: 'unreachable', reason, status, retryAfterMs: null, detail }
  }
}

function reasonOf(outcome: DeliveryOutcome): string | null {
  return outcome.kind === 'delivered' ? null : outcome.reason
}

/** The part of an answer that is read: its first 8 KiB. */
function cut(body: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(body).subarray(0, 8192))
}
