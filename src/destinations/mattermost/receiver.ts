/**
 * The receiver `mattermost`: an incoming webhook with one attachment
 * (https://developers.mattermost.com/integrate/webhooks/incoming/).
 */
import type { AddressPolicy } from '../../core/safety/address.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { createChatType, type ChatEndpoint } from '../chat.ts'
import type { DestinationType, Settings } from '../receiver.ts'
import type { SettingProblem } from '../settings/setting-problem.ts'
import { layOutMattermost, writeFallback } from './layout.ts'
import { inertMattermost } from './text.ts'
import { limitOf } from '../profile.ts'
import { MATTERMOST } from './profile.ts'
import { isLocalHost, readUrl, secretsOfUrl } from '../settings/url-setting.ts'

// A server may live under a path of its own, so only the end is known.
const HOOK_PATH = /\/hooks\/[A-Za-z0-9]+$/

const MAX_LENGTH = limitOf(MATTERMOST, 'message')

/** A Mattermost incoming webhook; delivered is 200 with the body `ok`. */
export const mattermost: DestinationType = createChatType({
  type: 'mattermost',
  profile: MATTERMOST,
  open,
  layOut: (message, { words }) => ({ ...layOutMattermost(message, words) }),
  layOutText: (text, message, { words }) => ({
    attachments: [{ fallback: writeFallback(message, words), text }],
  }),
  escape: inertMattermost,
  // UTF-16 units of the JSON, which are never fewer than the characters that Mattermost counts.
  fits: (_body, json) => json.length <= MAX_LENGTH,
})

function open(
  settings: Settings,
  policy: AddressPolicy,
): Result<ChatEndpoint, readonly SettingProblem[]> {
  const allowPrivate = readAllowPrivate(settings['allowPrivate'])
  const own = { ...policy, allowPrivate: allowPrivate.ok && allowPrivate.value }
  const url = readUrl(settings['url'], own)
  const problems = [
    ...(allowPrivate.ok ? [] : [allowPrivate.error]),
    ...(url.ok ? [] : [withRemedy(url.error, settings['url'], own)]),
  ]
  if (!url.ok || problems.length > 0) return err(problems)
  const { href, pathname } = url.value
  const isSimulated = policy.allowLocal && isLocalHost(url.value)
  if (!HOOK_PATH.test(pathname) && !isSimulated) {
    const problem = 'Must be an incoming webhook whose path ends with /hooks/ and its key'
    return err([{ setting: 'url', problem }])
  }
  return ok({ url: href, paceKey: href, secrets: secretsOfUrl(url.value), policy: own })
}

function readAllowPrivate(value: unknown): Result<boolean, SettingProblem> {
  if (value === undefined || value === false || value === 'false') return ok(false)
  if (value === true || value === 'true') return ok(true)
  return err({ setting: 'allowPrivate', problem: 'Must be true or false' })
}

/** An address that only `allowPrivate` would let through says so. */
function withRemedy(
  { setting, problem }: SettingProblem,
  value: unknown,
  policy: AddressPolicy,
): SettingProblem {
  if (!readUrl(value, { ...policy, allowPrivate: true }).ok) return { setting, problem }
  return {
    setting,
    problem: `${problem}: set allowPrivate = true for a server of your own network`,
  }
}
