/**
 * The scripts of the application's page. Each page has only the ones that it needs, all of them under the
 * nonce.
 */
import { html, raw } from 'hono/html'

type Markup = ReturnType<typeof html>

/** The time for which the page waits for Bitrix24's library to load and to answer, before it says that it did not. */
const LIBRARY_PATIENCE_MS = 15_000

// The portal posted a form to get this page into its frame. Loading the page again posts the same form again.
const RETRY = `document.getElementById('retry').addEventListener('click', () => location.reload())`

/** Lets the button load the page again. */
export function retryScript(nonce: string): Markup {
  return html`<script nonce="${nonce}">
    ${raw(RETRY)}
  </script>`
}

/**
 * Ends the installation in the portal. Bitrix24's library may be blocked, it may hang, or the portal may not
 * answer it. In each case the page shows its hidden half, and a late answer hides it again.
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

/** Shows each time in the reader's own zone. */
export function localTimeScript(nonce: string): Markup {
  return html`<script nonce="${nonce}">
    for (const time of document.querySelectorAll('time')) {
      time.title = time.textContent
      time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang)
    }
  </script>`
}
