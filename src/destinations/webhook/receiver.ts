/**
 * The receiver `webhook`: a signed POST after Standard Webhooks 1.0.0
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
 */
import { err, ok, type Result } from '../../core/result.ts'
import type { Receiver, DestinationType, ReceiverTerms, Settings } from '../receiver.ts'
import { problemsOf, type SettingProblem } from '../settings/setting-problem.ts'
import { judgeByProfile, needsBody } from '../answers/judge.ts'
import { WEBHOOK } from './profile.ts'
import { readUrl, secretsOfUrl } from '../settings/url-setting.ts'
import { maskedPartsOfHeaders, readHeaders } from './headers.ts'
import { findSecretProblem, maskedPartsOf, readSigning } from './secrets.ts'
import { layOutEntry } from './batch-body.ts'
import { layOutWebhook } from './layout.ts'

/** A signed webhook. 410 disables the lane; 400, 413, 415 and 422 park the one message. */
export const webhook: DestinationType = {
  type: 'webhook',
  reader: 'machine',
  profile: WEBHOOK,
  layOutEntry,
  create: createWebhook,
}

function createWebhook(
  settings: Settings,
  { policy }: ReceiverTerms,
): Result<Receiver, readonly SettingProblem[]> {
  const url = readUrl(settings['url'], policy)
  const secrets = readSigning(settings['secret'], settings['signature'])
  const headers = readHeaders(settings['headers'])
  if (!url.ok || !secrets.ok || !headers.ok) {
    return err(problemsOf(url, secrets, headers))
  }
  const secretProblem = findSecretProblem(secrets.value)
  if (secretProblem !== null) return err([{ setting: 'secret', problem: secretProblem }])
  const endpoint = { url: url.value, secrets: secrets.value, headers: headers.value }
  return ok({
    prepare: (parcel, { now }) => layOutWebhook(parcel, now, endpoint),
    judge: (answer, now) => judgeByProfile(WEBHOOK, answer, now),
    needsBody: needsBody(WEBHOOK),
    policy,
    host: url.value.host,
    paceKey: url.value.href,
    pace: () => WEBHOOK.pace,
    carefulMs: WEBHOOK.carefulMs,
    handshake: null,
    secrets: [
      ...secretsOfUrl(url.value),
      ...secrets.value.flatMap(maskedPartsOf),
      ...maskedPartsOfHeaders(headers.value),
    ],
  })
}
