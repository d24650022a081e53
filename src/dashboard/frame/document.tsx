/** The frame of every page: the head, the bar at the top, and the place of its content. */
import { html, raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import { DESTINATIONS_PATH, OVERVIEW_PATH, SIGN_OUT_PATH } from '../paths.ts'
import { SCRIPT } from './script.ts'
import { STYLES } from './styles.ts'
import type { PageTerms } from '../terms.ts'
import { FormToken } from '../parts/buttons.tsx'

/** A page before it is put into its frame. */
export interface PageContent {
  /** The title of the window. */
  readonly title: string
  readonly content: Child
  /** A page that loads itself again at once: see the page of the sign-in. */
  readonly isReloading?: boolean
}

/** A small sign in the tab of the browser; an address of this kind loads nothing. */
const ICON =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='%234f46e5' stroke-width='3' stroke-linecap='round'><path d='M4 6h9m-9 6h14M4 18h5'/></svg>"

/** Renders a whole document. */
export async function renderDocument(page: PageContent, terms: PageTerms): Promise<string> {
  const document = await html`<!doctype html>${<Document page={page} terms={terms} />}`
  return document.toString()
}

function Document({ page, terms }: { readonly page: PageContent; readonly terms: PageTerms }) {
  const { nonce } = terms
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        {page.isReloading === true && <meta http-equiv="refresh" content="0" />}
        <title>{`${page.title} · bitrix24-event-relay`}</title>
        <link rel="icon" href={ICON} />
        <style nonce={nonce}>{raw(STYLES)}</style>
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to the content
        </a>
        <TopBar terms={terms} />
        <main id="content" tabindex={-1} data-now={terms.now}>
          {page.content}
        </main>
        <script nonce={nonce}>{raw(SCRIPT)}</script>
      </body>
    </html>
  )
}

function TopBar({ terms }: { readonly terms: PageTerms }) {
  return (
    <header class="top">
      <a class="brand" href={OVERVIEW_PATH}>
        <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 6h9M4 12h14M4 18h5" />
        </svg>
        bitrix24-event-relay
      </a>
      {terms.isAdmitted && (
        <nav class="row" aria-label="Pages">
          <a href={OVERVIEW_PATH}>Portals</a>
          <a href={DESTINATIONS_PATH}>Destinations</a>
        </nav>
      )}
      {terms.formToken !== null && (
        <form method="post" action={SIGN_OUT_PATH}>
          <FormToken terms={terms} />
          <button class="quiet">Sign out</button>
        </form>
      )}
    </header>
  )
}
