/** The forms of the dashboard: a button that does something is a form of its own, so it needs no script. */
import type { Child } from 'hono/jsx'
import type { PageTerms } from '../terms.ts'

/** The name of the member of every form that proves from where it comes. */
export const FORM_TOKEN_NAME = 'form'

/** The proof that the form comes from a page of this session. */
export function FormToken({ terms }: { readonly terms: PageTerms }) {
  return terms.formToken === null ? null : (
    <input type="hidden" name={FORM_TOKEN_NAME} value={terms.formToken} />
  )
}

/** The parts of a button. */
export interface ActButtonTerms {
  readonly terms: PageTerms
  /** The address to which its form goes. */
  readonly to: string
  /** The members of its form. */
  readonly members?: Readonly<Record<string, string>>
  /** The one thing to do on its page, in the colour of the accent. */
  readonly isMain?: boolean
  /** The words that a screen reader adds: they name the one of several things to which the button belongs. */
  readonly about?: string
  readonly children?: Child
}

/** A button that does one thing. */
export function ActButton({ terms, to, members = {}, isMain, about, children }: ActButtonTerms) {
  return (
    <form method="post" action={to}>
      <FormToken terms={terms} />
      {Object.entries(members).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button class={isMain === true ? 'main' : ''}>
        {children}
        {about !== undefined && <span class="unseen"> {about}</span>}
      </button>
    </form>
  )
}
