/**
 * The receiver `mattermost`: an incoming webhook with one attachment
 * (https://developers.mattermost.com/integrate/webhooks/incoming/).
 */
import type { AddressPolicy } from '../../core/safety/address.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { createChatType } from '../chat.ts'
import { isSimulated, wholeUrl, type ChatEndpoint } from '../chat-endpoint.ts'
import type { DestinationType, Settings } from '../receiver.ts'
import { readFlag } from '../settings/flag-setting.ts'
import { problemsOf, type SettingProblem } from '../settings/setting-problem.ts'
import { layOutMattermost, layOutMattermostText } from './layout.ts'
import { inertMattermost } from './text.ts'
import { limitOf } from '../profile.ts'
import { MATTERMOST } from './profile.ts'
import { readUrl } from '../settings/url-setting.ts'

// A server may have a path of its own, so only the end of the path is known.
const HOOK_PATH = /\/hooks\/[A-Za-z0-9]+$/

const MAX_LENGTH = limitOf(MATTERMOST, 'message')

/** A Mattermost incoming webhook. Delivered is 200 with the body `ok`. */
export const mattermost: DestinationType = createChatType({
  type: 'mattermost',
  profile: MATTERMOST,
  open,
  layOut: (message, { words }) => layOutMattermost(message, words),
  layOutText: (text, message, { words }) => layOutMattermostText(text, message, words),
  escape: inertMattermost,
  // The JSON is counted in UTF-16 units; Mattermost counts characters, which are never more.
  fits: (_body, json) => json.length <= MAX_LENGTH,
})

function open(
  settings: Settings,
  policy: AddressPolicy,
): Result<ChatEndpoint, readonly SettingProblem[]> {
  const allowPrivate = readFlag('allowPrivate', settings['allowPrivate'])
  const own = { ...policy, allowPrivate: allowPrivate.ok && allowPrivate.value }
  const url = readUrl(settings['url'], own)
  if (!url.ok || !allowPrivate.ok) {
    const told = url.ok ? url : err(withRemedy(url.error, settings['url'], own))
    return err(problemsOf(allowPrivate, told))
  }
  if (!HOOK_PATH.test(url.value.pathname) && !isSimulated(url.value, policy)) {
    const problem = 'Must be an incoming webhook whose path ends with /hooks/ and its key'
    return err([{ setting: 'url', problem }])
  }
  return ok({ ...wholeUrl(url.value), policy: own })
}

/** The problem of a URL, with the remedy where `allowPrivate` would help. */
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
