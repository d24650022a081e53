/** The markup of the application's page; the template escapes every value. */
import { html } from 'hono/html'
import type { InstallStatus } from '../../core/access/portal-status.ts'
import type { PageTexts, PageWords } from './texts.ts'
import { finishScripts, localTimeScript, retryScript } from './scripts.ts'
import { STYLES } from './styles.ts'

/** The tone of a page: all is well, somebody has something to do or to wait for, or something went wrong. */
export type PageTone = 'good' | 'attention' | 'bad'

/** The parts of a page beside its words. */
export interface PageDetails {
  /** Null when there is none, or when the reader may not see it. */
  readonly status: InstallStatus | null
  /** Whether the page ends the installation in the portal. */
  readonly finish: boolean
  /** Whether it offers to try again. */
  readonly retry: boolean
  /** The stable code of an error, for the operator. */
  readonly code: string | null
}

/** The words, language and tone of a page. */
export interface PageTerms {
  readonly words: PageWords
  readonly texts: PageTexts
  readonly language: string
  readonly tone: PageTone
  /** The nonce under which the scripts and styles of this answer may run. */
  readonly nonce: string
}

type Markup = ReturnType<typeof html>

/** Renders a whole document. */
export async function renderPage(details: PageDetails, terms: PageTerms): Promise<string> {
  const { words, texts, language, tone, nonce } = terms
  const { status, code } = details
  const page = await html`<!doctype html>
    <html lang="${language}">
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${words.title}</title>
      <style nonce="${nonce}">
        ${STYLES}
      </style>
      <main class="${tone}">
        <div id="connected">
          <h1>${words.title}</h1>
          <p>${words.text}</p>
        </div>
        ${details.finish ? unfinishedPart(texts) : ''}
        ${status === null ? '' : statusList(status, terms)}
        ${details.retry ? retryButton(texts.labels.tryAgain) : ''}
        ${code === null ? '' : html`<p class="code">${texts.labels.code}: <code>${code}</code></p>`}
      </main>
      ${scriptsOf(details, nonce)}
    </html>`
  return page.toString()
}

function statusList(status: InstallStatus, { texts, language }: PageTerms): Markup {
  const { labels } = texts
  const { missing, lastEventAt, waiting, parked } = status
  const number = new Intl.NumberFormat(language)
  return html`<dl>
    <dt>${labels.lastEvent}</dt>
    <dd>${lastEventAt === null ? labels.noEvent : timeOf(lastEventAt)}</dd>
    <dt>${labels.waiting}</dt>
    <dd>${number.format(waiting)}</dd>
    <dt>${labels.parked}</dt>
    <dd>${number.format(parked)}</dd>
    ${missing.length === 0 ? '' : missingOf(missing, texts)}
  </dl>`
}

function missingOf(missing: readonly string[], { labels }: PageTexts): Markup {
  return html`<dt>${labels.missing}</dt>
    <dd>
      <ul>
        ${missing.map((name) => html`<li>${name}</li>`)}
      </ul>
      ${labels.missingRemedy}
    </dd>`
}

/** The time in UTC. A script puts the time of the reader's own zone in its place. */
function timeOf(at: number): Markup {
  const iso = new Date(at).toISOString()
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC</time>`
}

/** Only the page that ends an installation loads Bitrix24's library. */
function scriptsOf({ finish, retry, status }: PageDetails, nonce: string): Markup | '' {
  if (finish) return finishScripts(nonce)
  if (retry) return retryScript(nonce)
  return status === null || status.lastEventAt === null ? '' : localTimeScript(nonce)
}

/** The part of the page that is shown only when Bitrix24's library does not work. */
function unfinishedPart({ subjects, labels }: PageTexts): Markup {
  const { title, text } = subjects.unfinished_here
  return html`<div id="unfinished" class="bad" role="alert" hidden>
    <h1>${title}</h1>
    <p>${text}</p>
    ${retryButton(labels.tryAgain)}
  </div>`
}

function retryButton(label: string): Markup {
  return html`<button id="retry" type="button">${label}</button>`
}
