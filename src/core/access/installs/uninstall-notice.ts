/**
 * The uninstall notice of a portal: ONAPPUNINSTALL as long as nobody has confirmed it. The application token
 * is its only proof, and every user of an application with an interface can read that token. So the portal
 * itself is asked whether the application is still installed, at once and at a few later times. Pure.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../durations.ts'

/**
 * The presence of an application in its portal. `gone`: Bitrix24 itself says that it is not installed.
 * `installed`: the portal has answered as it answers an application that it has. `unknown`: any other answer,
 * and none.
 */
export type Presence = 'gone' | 'installed' | 'unknown'

/** An uninstall that is not confirmed yet. A portal has one at most: the notice that came last. */
export interface UninstallNotice {
  /** Bitrix24's time of the uninstall, in unix seconds. */
  readonly ts: number
  /** Whether the data is to be deleted too (CLEAN=1). */
  readonly clean: boolean
  /** Unix milliseconds. */
  readonly receivedAt: number
  /** Unix milliseconds: when the portal is asked again. */
  readonly nextAskAt: number
  /** Whether the last answer that said anything was that the application is installed. */
  readonly denied: boolean
}

/** The waits from the receipt of a notice to each further question, in milliseconds. */
export const UNINSTALL_ASK_WAITS_MS = [MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, DAY_MS] as const

/** The consequence of one answer for the notice. */
export type NoticeVerdict =
  /** The installation ends; its data goes with it only where the portal has confirmed a CLEAN=1. */
  | { readonly kind: 'ends'; readonly clean: boolean; readonly confirmed: boolean }
  /** The application is installed: the notice was false. */
  | { readonly kind: 'dropped' }
  | { readonly kind: 'waits'; readonly notice: UninstallNotice }

/** A notice that has just come; `now` in unix milliseconds. */
export function createNotice(
  { ts, clean }: Pick<UninstallNotice, 'ts' | 'clean'>,
  now: number,
): UninstallNotice {
  const [first] = UNINSTALL_ASK_WAITS_MS
  return { ts, clean, receivedAt: now, nextAskAt: now + first, denied: false }
}

/**
 * Decides about a notice by the portal's answer. The last question is asked a day after the notice came. When
 * it brings no word, the last word before it counts: otherwise anybody could send a notice a day before an
 * outage. Without any word the installation ends, and the log ages out.
 */
export function judgeNotice(
  notice: UninstallNotice,
  presence: Presence,
  now: number,
): NoticeVerdict {
  if (presence === 'gone') return { kind: 'ends', clean: notice.clean, confirmed: true }
  const denied = presence === 'installed' || notice.denied
  // A clock that was set back must not make the notice younger than new.
  const receivedAt = Math.min(notice.receivedAt, now)
  const wait = UNINSTALL_ASK_WAITS_MS.find((ms) => receivedAt + ms > now)
  if (wait !== undefined) {
    return {
      kind: 'waits',
      notice: { ...notice, receivedAt, nextAskAt: receivedAt + wait, denied },
    }
  }
  return denied ? { kind: 'dropped' } : { kind: 'ends', clean: false, confirmed: false }
}

/** Whether it is time to ask the portal about a notice again; `now` in unix milliseconds. */
export function isNoticeDue({ receivedAt, nextAskAt }: UninstallNotice, now: number): boolean {
  return nextAskAt <= now || receivedAt > now
}
