/** Tells the directory which install of this portal waits, so that `/healthz` can say what to do. */
import type { PortalState } from './portal-state.ts'
import type { PortalSettings } from './settings.ts'

/** What the notes need from the object around them. */
export interface PendingNotesDeps {
  readonly memberId: string
  readonly state: Pick<PortalState, 'pending'>
  readonly settings: Pick<PortalSettings, 'directory'>
}

/** The portal's line in the directory. */
export class PendingNotes {
  readonly #deps: PendingNotesDeps
  #noted = false

  constructor(deps: PendingNotesDeps) {
    this.#deps = deps
  }

  /** Writes or removes the line when that is needed; rejects when the directory cannot be reached. */
  async follow(): Promise<void> {
    const { memberId, settings, state } = this.#deps
    const pending = state.pending()
    if (pending === null) {
      if (!this.#noted) return
      this.#noted = false
      await settings.directory.notePending(memberId, null)
      return
    }
    const { clientId, domain, expiresAt } = pending
    if (clientId === null || domain === null) return
    this.#noted = true
    await settings.directory.notePending(memberId, { memberId, domain, clientId, expiresAt })
  }
}
