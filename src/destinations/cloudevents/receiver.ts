/**
 * The receiver `cloudevents`: CloudEvents 1.0 over HTTP
 * (https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md): one event in a
 * request, structured or binary, or several as a batch.
 */
import { err, ok, type Result } from '../../core/result.ts'
import { USER_AGENT } from '../../core/user-agent.ts'
import { createHandshake, paceOfPermission, REQUEST_ORIGIN } from './handshake.ts'
import { layOutCloudEvents, layOutEntry, type CloudEventsMode } from './layout.ts'
import type { Receiver, DestinationType, ReceiverTerms, Settings } from '../receiver.ts'
import { readFlag } from '../settings/flag-setting.ts'
import { problemsOf, type SettingProblem } from '../settings/setting-problem.ts'
import { judgeByProfile, needsBody } from '../answers/judge.ts'
import { CLOUDEVENTS } from './profile.ts'
import { readUrl, secretsOfUrl } from '../settings/url-setting.ts'

const MAX_BEARER_LENGTH = 4096

// A token68 (RFC 9110, section 11.2); a shorter one could not be masked in reasons.
const BEARER = /^[A-Za-z0-9._~+/-]{6,}=*$/

/** CloudEvents. 410 disables the lane; 400, 413, 415 and 422 park the one message. */
export const cloudevents: DestinationType = {
  type: 'cloudevents',
  reader: 'machine',
  profile: CLOUDEVENTS,
  layOutEntry,
  create: createCloudEvents,
}

function createCloudEvents(
  settings: Settings,
  { policy }: ReceiverTerms,
): Result<Receiver, readonly SettingProblem[]> {
  const url = readUrl(settings['url'], policy)
  const mode = readMode(settings['mode'])
  const bearer = readBearer(settings['bearer'])
  const handshake = readFlag('handshake', settings['handshake'])
  if (!url.ok || !mode.ok || !bearer.ok || !handshake.ok) {
    return err(problemsOf(url, mode, bearer, handshake))
  }
  const { href } = url.value
  const proof = {
    'user-agent': USER_AGENT,
    ...(bearer.value !== null && { authorization: `Bearer ${bearer.value}` }),
  }
  const headers = handshake.value ? { ...proof, 'webhook-request-origin': REQUEST_ORIGIN } : proof
  return ok({
    prepare: async (parcel) => layOutCloudEvents(parcel, mode.value, { href, headers }),
    judge: (answer, now) => judgeByProfile(CLOUDEVENTS, answer, now),
    needsBody: needsBody(CLOUDEVENTS),
    policy,
    host: url.value.host,
    paceKey: href,
    pace: (memory) => (handshake.value ? paceOfPermission(memory) : CLOUDEVENTS.pace),
    carefulMs: CLOUDEVENTS.carefulMs,
    handshake: handshake.value ? createHandshake(href, proof) : null,
    secrets: [...secretsOfUrl(url.value), ...(bearer.value === null ? [] : [bearer.value])],
  })
}

function readMode(setting: unknown): Result<CloudEventsMode, SettingProblem> {
  if (setting === undefined) return ok('structured')
  if (setting === 'structured' || setting === 'binary') return ok(setting)
  return err({ setting: 'mode', problem: 'Must be "structured" or "binary"' })
}

function readBearer(setting: unknown): Result<string | null, SettingProblem> {
  if (setting === undefined) return ok(null)
  const isToken = typeof setting === 'string' && BEARER.test(setting)
  if (isToken && setting.length <= MAX_BEARER_LENGTH) return ok(setting)
  const wanted = 'letters, digits and - . _ ~ + /, without the word Bearer'
  const problem = `Must be a token of 6 to ${MAX_BEARER_LENGTH} characters: ${wanted}`
  return err({ setting: 'bearer', problem })
}
