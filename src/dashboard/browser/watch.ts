/**
 * Keeps the page of a portal up to date. It asks for the stamp of the portal: every two seconds at first, every five
 * after a quiet minute, every 15 after five, and not at all while nobody can see the page or after 15 quiet minutes.
 * Only when the stamp has changed, the page is asked for anew.
 */
import { counted } from '../words/counts.ts'
import { waitBeforeLook } from './pace.ts'
import { createRenewal, textOf } from './renew.ts'

/** The parts of a page that is watched. */
export interface WatchedPage {
  /** Its `data-watch` is the address of the stamp, its `data-stamp` the stamp of this page. */
  readonly mark: HTMLElement
  /** The line that tells whether the page is live. */
  readonly status: HTMLElement
  /** The content, which gets the focus when its owner is gone. */
  readonly main: HTMLElement
  /** Writes the distances in time anew. */
  readonly tellDistances: () => void
}

/** Begins to watch. */
export function watch({ mark, status, main, tellDistances }: WatchedPage): void {
  const stampAddress = mark.dataset['watch'] ?? ''
  const renew = createRenewal(main)
  let stamp = mark.dataset['stamp']
  let changedAt = Date.now()
  let timer: ReturnType<typeof setTimeout> | undefined
  let isLooking = false
  let isResting = false

  function say(text: string): void {
    if (status.textContent !== text) status.textContent = text
  }

  function plan(): void {
    clearTimeout(timer)
    const wait = waitBeforeLook(Date.now() - changedAt)
    isResting = document.hidden || wait === null
    if (document.hidden) return
    if (wait !== null) timer = setTimeout(() => void look(), wait)
    else say('Not live: nothing has happened for 15 minutes. It goes on when you come back.')
  }

  async function look(): Promise<void> {
    if (isLooking) return
    isLooking = true
    try {
      const answer = await fetch(stampAddress, { redirect: 'manual' })
      // The session has ended: the page loads anew, and asks to sign in. Cloudflare Access leads to a sign-in of its
      // own.
      if (answer.status === 401 || answer.type === 'opaqueredirect') return location.reload()
      await compare(await textOf(answer))
    } catch {
      // The relay does not answer, or answers with an error.
      say('Not live: the relay does not answer. The page tries again.')
    } finally {
      isLooking = false
    }
    plan()
  }

  async function compare(now: string): Promise<void> {
    if (now !== stamp) {
      const count = await renew()
      tellDistances()
      say(count === 0 ? 'Live' : `Live: ${counted(count, 'new event')}`)
      stamp = now
      changedAt = Date.now()
    } else if (!status.textContent.startsWith('Live')) say('Live')
  }

  function wake(): void {
    if (!isResting || document.hidden) return
    isResting = false
    changedAt = Date.now()
    void look()
  }

  document.addEventListener('visibilitychange', () => (document.hidden ? plan() : wake()))
  for (const sign of ['pointermove', 'keydown', 'focusin']) document.addEventListener(sign, wake)
  say('Live')
  plan()
}
