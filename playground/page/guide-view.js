/** The guided first minute, above everything: what to do next, and a button that does it. */
import { act, byId, onPress, setHidden, setText } from './dom.js'

let state = null
let isHidden = false

/** Connects the buttons; called once. */
export function connectGuide() {
  onPress(byId('guide-do'), () => act(...doing(state)))
  onPress(byId('guide-next'), () => act('guide', { step: isOver(state) ? 'again' : 'next' }))
  byId('guide-hide').addEventListener('click', () => show(false))
  byId('guide-show').addEventListener('click', () => show(true))
}

function show(isShown) {
  isHidden = !isShown
  byId('guide').hidden = isHidden
  byId('guide-show').hidden = isShown
  byId(isShown ? 'guide-next' : 'guide-show').focus()
}

/** Draws the present step. While the portal is silent nothing else matters, so the way back stands there. */
export function renderGuide(next) {
  state = next
  const { guide, portal } = next
  const { silence } = portal
  const [title, text, offer] =
    silence === null
      ? [guide.title, guide.text, guide.offer]
      : ['Nothing comes any more', `${silence.text}.`, silence.offer]
  setText(byId('guide-title'), title)
  setText(byId('guide-text'), text)
  const step =
    isOver(next) || silence !== null ? '' : `First minute, ${guide.at + 1} of ${guide.count}`
  setText(byId('guide-count'), step)
  const more = byId('guide-next')
  more.hidden = silence !== null
  setText(more, isOver(next) ? 'Once more' : 'Next')
  setText(byId('guide-do'), offer ?? '')
  setHidden(byId('guide-do'), offer === null, more)
}

function isOver({ guide }) {
  return guide.at === guide.count
}

/** The action of the first button. */
function doing({ portal: { silence } }) {
  if (silence === null) return ['guide', { step: 'do' }]
  const { action, ...input } = silence.act
  return [action, input]
}
