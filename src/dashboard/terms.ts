/** The circumstances of one page, which every part of it may need. */

/** The circumstances of one page. */
export interface PageTerms {
  /** The nonce under which the script and the style of this answer may run. */
  readonly nonce: string
  /**
   * The proof that a form comes from a page of this session; null for a reader without a session: one who has not
   * signed in, or whose request carries the admin token itself.
   */
  readonly formToken: string | null
  /** Whether the reader may see the pages, and not only the sign-in. */
  readonly isAdmitted: boolean
  /** The time at which the page was made, in unix milliseconds. */
  readonly now: number
}
