/**
 * One playground: a cast, the page's subscription to its changes, and how far the guided first minute is.
 */
import { createSecrets, startCast } from './cast.ts'
import type { Cast, CastOptions, RunningCast } from './cast.ts'
import { advanceGuide, GUIDE_START } from './guide.ts'
import type { GuideProgress, GuideScene } from './guide.ts'

/** Everything that runs in one playground. Its cast is another one after each reset. */
export interface Session extends Cast {
  /** Names the present cast: what a page remembers of another one is void. */
  readonly castId: string
  readonly adminToken: string
  /** How far the guided first minute is. */
  guide: GuideProgress
  readonly isResetting: boolean
  /**
   * Begins anew: an empty relay at the same address and with the same admin token, a new portal, new receivers. Does
   * nothing while another reset goes on.
   */
  reset(): Promise<void>
  /** Calls the listener after every change. The returned function ends that. */
  subscribe(listener: () => void): () => void
  /** Tells every listener that something has changed. */
  readonly notify: () => void
  close(): Promise<void>
  /** Ends the runtime without waiting, for a process that is about to end. */
  closeNow(): void
}

/** Starts a playground whose files all lie below `folder`, which is the caller's to remove. */
export async function startSession({ folder }: { folder: string }): Promise<Session> {
  let session: LiveSession | null = null
  const notify = createThrottle(() => session?.tell())
  const options = { folder, secrets: createSecrets(), notify }
  session = new LiveSession(options, await startCast(options))
  return session
}

class LiveSession implements Session {
  guide = GUIDE_START
  readonly adminToken: string
  readonly notify: () => void
  readonly #options: CastOptions
  readonly #listeners = new Set<() => void>()
  #cast: RunningCast
  #isResetting = false

  constructor(options: CastOptions, cast: RunningCast) {
    this.#options = options
    this.#cast = cast
    this.adminToken = options.secrets.admin
    this.notify = options.notify
  }

  get portal() {
    return this.#cast.portal
  }

  get receivers() {
    return this.#cast.receivers
  }

  get slack() {
    return this.#cast.slack
  }

  get webhook() {
    return this.#cast.webhook
  }

  get relay() {
    return this.#cast.relay
  }

  get lanes() {
    return this.#cast.lanes
  }

  get castId() {
    return this.#cast.id
  }

  get isResetting() {
    return this.#isResetting
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Moves the guide on, and tells every listener. */
  tell(): void {
    this.guide = advanceGuide(this.guide, sceneOf(this))
    for (const listener of this.#listeners) listener()
  }

  async reset(): Promise<void> {
    if (this.#isResetting) return
    this.#isResetting = true
    this.notify()
    try {
      const port = Number(new URL(this.relay.url).port)
      await this.#cast.close()
      this.#cast = await startCast({ ...this.#options, port })
      this.guide = GUIDE_START
    } finally {
      this.#isResetting = false
      this.notify()
    }
  }

  close(): Promise<void> {
    return this.#cast.close()
  }

  closeNow(): void {
    this.#cast.lanes.stop()
    this.#cast.relay.disposeNow()
  }
}

/** What the guide looks at. */
function sceneOf({ portal, receivers, relay, lanes: { view } }: Session): GuideScene {
  const lane = view?.lanes.find(
    ({ destination }) => destination === receivers.slack.destination.name,
  )
  const comparedAt = view?.lastReconcileAt ?? null
  return {
    installed: portal.installed,
    head: view?.head ?? 0,
    isRelayRunning: relay.running,
    lane: lane === undefined ? null : { backlog: lane.backlog, failed: lane.attempts },
    lostAt: portal.lost.at(-1)?.at ?? null,
    comparedAt: comparedAt === null ? null : Date.parse(comparedAt),
  }
}

/** Calls `action` soon, and once for everything that happens until then. */
function createThrottle(action: () => void): () => void {
  let isDue = false
  return () => {
    if (isDue) return
    isDue = true
    setTimeout(() => {
      isDue = false
      action()
    }, 40).unref()
  }
}
