/** What the application's page runs: no page runs more than it needs, and all of it under the nonce. */
import { html, raw } from 'hono/html'

type Markup = ReturnType<typeof html>

/** How long Bitrix24's library may take to load and to answer before the page says that it did not. */
const LIBRARY_PATIENCE_MS = 15_000

// The portal posted this page into its frame: to load it again posts the same form again.
const RETRY = `document.getElementById('retry').addEventListener('click', () => location.reload())`

/** Offers the page again. */
export function retryScript(nonce: string): Markup {
  return html`<script nonce="${nonce}">
    ${raw(RETRY)}
  </script>`
}

/**
 * Ends the installation in the portal. The library may be blocked, hang, or load without being answered by
 * the portal: each shows the other half of the page, which a late answer hides again.
 */
export function finishScripts(nonce: string): Markup {
  return html`<script nonce="${nonce}">
      ${raw(RETRY)}
      function show(isFinished) {
        document.getElementById('connected').hidden = !isFinished
        document.getElementById('unfinished').hidden = isFinished
      }
      const patience = setTimeout(show, ${LIBRARY_PATIENCE_MS}, false)
      addEventListener('error', () => show(false), true)
    </script>
    <script src="https://api.bitrix24.com/api/v1/"></script>
    <script nonce="${nonce}">
      BX24.init(() => {
        clearTimeout(patience)
        show(true)
        BX24.installFinish()
      })
    </script>`
}

/** Puts the reader's own zone in the place of UTC. */
export function localTimeScript(nonce: string): Markup {
  return html`<script nonce="${nonce}">
    for (const time of document.querySelectorAll('time')) {
      time.title = time.textContent
      time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang)
    }
  </script>`
}
