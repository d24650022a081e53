/** The page of the sign-in. A reader who has not signed in gets it in place of every page. */
import type { PageContent } from '../frame/document.tsx'
import { SIGN_IN_PATH } from '../paths.ts'

/** The reason why the sign-in is asked for. */
export type AdmissionReason =
  | 'not_signed_in'
  | 'wrong_token'
  | 'too_many_wrong_tokens'
  | 'foreign_form'

/** The sentence for each reason; null where the page needs none. */
const WORDS: Readonly<Record<AdmissionReason, string | null>> = {
  not_signed_in: null,
  wrong_token: 'This is not the admin token. It is the value of the secret ADMIN_TOKEN.',
  too_many_wrong_tokens:
    'Too many wrong tokens came from this address: wait a minute, and try again.',
  foreign_form: 'The form did not come from this page: sign in here.',
}

/** The parts of the page. */
export interface AdmissionPage {
  readonly reason: AdmissionReason
  /** The address to which the reader wanted to go. */
  readonly to: string
  /** Whether the reader came by plain http from another machine, where no browser keeps the session. */
  readonly isInsecure: boolean
  /**
   * Whether the reader followed a link on another site, for example in a message. Then the browser has kept the cookie
   * of a session back (`SameSite=Strict`). The page loads itself again, which sends it.
   */
  readonly isFromElsewhere: boolean
}

/** Makes the page. */
export function admissionPage({
  reason,
  to,
  isInsecure,
  isFromElsewhere,
}: AdmissionPage): PageContent {
  const words = WORDS[reason]
  return {
    title: 'Sign in',
    isReloading: isFromElsewhere,
    content: (
      <section class="panel narrow">
        <h1>Sign in</h1>
        {words !== null && (
          <p class="strip bad" role="alert" id="why">
            {words}
          </p>
        )}
        {isInsecure && (
          <p class="strip warn">
            This address begins with http. Browsers keep you signed in over https only.
          </p>
        )}
        <form method="post" action={SIGN_IN_PATH} class="stack">
          <input type="hidden" name="to" value={to} />
          {/* Keepers of passwords ask for a name to keep the token under. */}
          <input type="text" name="user" value="operator" autocomplete="username" hidden />
          <label for="token">Admin token</label>
          <input
            id="token"
            name="token"
            type="password"
            autocomplete="current-password"
            required
            autofocus
            {...(words !== null && { 'aria-describedby': 'why', 'aria-invalid': 'true' })}
          />
          <button class="main">Sign in</button>
        </form>
        <p class="note">
          The token is the secret <code>ADMIN_TOKEN</code> of this Worker. You stay signed in for 12
          hours, or until the token changes.
        </p>
      </section>
    ),
  }
}
