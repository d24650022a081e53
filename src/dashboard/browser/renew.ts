/**
 * Puts the parts of a page with `data-live` anew, without loading the page: what the reader types and chooses stays.
 */
import { tellTimes } from './times.ts'

/**
 * Makes the function that asks for the page and puts its parts anew. It answers how many events have come, and rejects
 * when the relay does not answer with a page. `main` gets the focus when its owner is gone.
 */
export function createRenewal(main: HTMLElement): () => Promise<number> {
  const shown = new Map(liveParts(document).map((part) => [part.id, part.innerHTML]))

  function replace(part: Element): void {
    const old = document.getElementById(part.id)
    if (old === null) return
    const focused = controlsOf(old).findIndex((control) => control === document.activeElement)
    shown.set(part.id, part.innerHTML)
    old.innerHTML = part.innerHTML
    tellTimes(old)
    if (focused >= 0) (controlsOf(old)[focused] ?? main).focus()
  }

  return async () => {
    const headers = { accept: 'text/html', 'x-renewal': '1' }
    const text = await textOf(await fetch(location.href, { headers }))
    // Without its head: the style there has another nonce.
    const html = text.replace(/^[^]*?(?=<main)/, '')
    const page = new DOMParser().parseFromString(html, 'text/html')
    const before = newestSequence()
    for (const part of liveParts(page)) {
      if (shown.get(part.id) !== part.innerHTML) replace(part)
    }
    return markFresh(before)
  }
}

/** The text of an answer. It rejects for an answer that is no success. */
export async function textOf(answer: Response): Promise<string> {
  if (!answer.ok) throw new Error(`Cannot look at the page: status ${answer.status}`)
  return answer.text()
}

function liveParts(page: Document): readonly Element[] {
  return [...page.querySelectorAll('[data-live]')]
}

function controlsOf(part: Element): readonly HTMLElement[] {
  return [...part.querySelectorAll<HTMLElement>('a, button')]
}

function newestSequence(): number {
  return Number(document.querySelector<HTMLElement>('[data-sequence]')?.dataset['sequence'] ?? 0)
}

/** Marks the events behind a sequence; the number of them. */
function markFresh(before: number): number {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-sequence]')].filter(
    ({ dataset }) => Number(dataset['sequence']) > before,
  )
  for (const row of rows) row.classList.add('fresh')
  return rows.length
}
