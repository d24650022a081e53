/** The endpoint of a chat receiver, and the `open` of the receivers that need no setting but `url`. */
import type { AddressPolicy } from '../core/safety/address.ts'
import { err, ok, type Result } from '../core/result.ts'
import type { Settings } from './receiver.ts'
import type { SettingProblem } from './settings/setting-problem.ts'
import { isLocalHost, readUrl, secretsOfUrl } from './settings/url-setting.ts'

/** A place to post to. */
export interface ChatEndpoint {
  readonly url: string
  /** The part of the address that the receiver's limit belongs to. It is a secret. */
  readonly paceKey: string
  /** Strings that no reason may show. */
  readonly secrets: readonly string[]
  /** The policy that says which addresses may be called. */
  readonly policy: AddressPolicy
}

/** An endpoint as a receiver makes it of its URL; `openByUrl` adds the policy. */
export type UrlEndpoint = Omit<ChatEndpoint, 'policy'>

/**
 * Makes the `open` of a receiver whose `url` holds everything: address and secret. `findProblem` says what is
 * wrong with a URL for this receiver; `targetOf` makes the endpoint of it.
 *
 * @default targetOf The URL as it is, which is secret and has a limit of its own.
 */
export function openByUrl(
  findProblem: (url: URL) => string | null,
  targetOf: (url: URL) => UrlEndpoint = wholeUrl,
): (settings: Settings, policy: AddressPolicy) => Result<ChatEndpoint, readonly SettingProblem[]> {
  return (settings, policy) => {
    const url = readUrl(settings['url'], policy)
    if (!url.ok) return err([url.error])
    const problem = isSimulated(url.value, policy) ? null : findProblem(url.value)
    if (problem !== null) return err([{ setting: 'url', problem }])
    return ok({ ...targetOf(url.value), policy })
  }
}

/** The target of a URL that is taken as it is. */
export function wholeUrl(url: URL): UrlEndpoint {
  return { url: url.href, paceKey: url.href, secrets: secretsOfUrl(url) }
}

/** Whether a URL is that of a simulated receiver, which has another host than the real one. */
export function isSimulated(url: URL, { allowLocal }: AddressPolicy): boolean {
  return allowLocal && isLocalHost(url)
}
