/** Says everywhere on the page why the portal sends nothing, with the button that ends it. */
import { act, h, onPress } from './dom.js'

const drawn = new WeakMap()

/** Fills every place for it (`data-away`), or empties it. */
export function renderSilence({ portal: { silence } }) {
  for (const place of document.querySelectorAll('[data-away]')) {
    place.hidden = silence === null
    if (silence === null || drawn.get(place) === silence.text) continue
    drawn.set(place, silence.text)
    const { action, ...input } = silence.act
    const button = h('button', { class: 'button small', type: 'button' }, silence.offer)
    onPress(button, () => act(action, input))
    place.replaceChildren(h('p', {}, silence.short), button)
  }
}
