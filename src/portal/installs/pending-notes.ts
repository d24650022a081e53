/** Tells the directory which install of this portal waits, so that `/healthz` can say what to do. */
import type { PendingListing } from '../../objects/directory-store.ts'
import type { PortalState } from '../state.ts'
import type { DirectoryClient } from '../settings.ts'

/** What the notes need from the object around them. */
export interface PendingNotesDeps {
  readonly memberId: string
  readonly state: Pick<PortalState, 'pending' | 'hadNotice'>
  readonly directory: DirectoryClient
}

/** The portal's line in the directory. */
export class PendingNotes {
  readonly #deps: PendingNotesDeps
  #told: string | null = null
  #telling: Promise<void> | null = null

  constructor(deps: PendingNotesDeps) {
    this.#deps = deps
  }

  /** Writes or removes the line when that is needed; rejects when the directory cannot be reached. */
  follow(): Promise<void> {
    this.#telling ??= this.#tell().finally(() => {
      this.#telling = null
    })
    return this.#telling
  }

  /** One call at a time: two that overtake each other would leave the older line. */
  async #tell(): Promise<void> {
    const { memberId, directory, state } = this.#deps
    // A portal that never had a line needs no call to remove it.
    while (state.hadNotice()) {
      const notice = this.#notice()
      const text = JSON.stringify(notice)
      if (text === this.#told) return
      await directory.notePending(memberId, notice)
      this.#told = text
    }
  }

  #notice(): PendingListing | null {
    const pending = this.#deps.state.pending()
    if (pending === null) return null
    const { clientId, domain, expiresAt } = pending
    if (clientId === null || domain === null) return null
    return { memberId: this.#deps.memberId, domain, clientId, expiresAt }
  }
}
