/**
 * The program of every page, where it begins. It shows times in the reader's own zone, and keeps the page of a portal
 * up to date. Every page works without it. `npm run generate` writes it into `frame/script.ts`.
 */
import { tellDistances, tellTimes } from './times.ts'
import { watch } from './watch.ts'

const main = document.getElementById('content')
if (main !== null) run(main)

function run(content: HTMLElement): void {
  // The clocks of the reader and of the Worker differ, and ages count from the latter.
  const ahead = Date.now() - Number(content.dataset['now'])
  const tell = (): void => tellDistances(document, Date.now() - ahead)
  forgetFeedback()
  document.addEventListener('change', ({ target }) => chooseAll(target))
  const [mark] = document.querySelectorAll<HTMLElement>('[data-watch]')
  const status = document.getElementById('watching')
  if (mark !== undefined && status !== null) {
    watch({ mark, status, main: content, tellDistances: tell })
  }
  tellTimes(document)
  tell()
  setInterval(() => {
    if (!document.hidden) tell()
  }, 1000)
}

/** A page that is loaded again has done nothing new. */
function forgetFeedback(): void {
  const address = new URL(location.href)
  if (!address.searchParams.has('said')) return
  address.searchParams.delete('said')
  history.replaceState(null, '', address)
}

/** A box with `data-all` chooses all boxes of its form, or none. */
function chooseAll(target: EventTarget | null): void {
  if (!(target instanceof HTMLInputElement) || !target.matches('[data-all]')) return
  const boxes = target.form?.querySelectorAll<HTMLInputElement>('input[type=checkbox]') ?? []
  for (const box of boxes) box.checked = target.checked
}
