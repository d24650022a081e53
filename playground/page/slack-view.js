/** Draws received Block Kit messages the way Slack shows them. */
import { byId, h, keepList } from './dom.js'
import { drawMrkdwn, drawRichText, drawText } from './slack-text.js'

/** Draws the channel, and follows it when the reader is at its end. */
export function renderSlack({ messages }) {
  const channel = byId('slack-messages')
  const isAtEnd = channel.scrollHeight - channel.scrollTop - channel.clientHeight < 40
  const before = channel.lastElementChild?.dataset.key
  keepList(channel, messages, { key: ({ number }) => number, create: createMessage })
  channel.classList.toggle('empty', messages.length === 0)
  if (isAtEnd && channel.lastElementChild?.dataset.key !== before) {
    channel.scrollTop = channel.scrollHeight
  }
}

function createMessage({ at, payload }) {
  const time = new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
  const blocks = Array.isArray(payload.blocks) ? payload.blocks : []
  return h(
    'article',
    { class: 'message', title: payload.text ?? '' },
    byId('avatar').content.cloneNode(true),
    h(
      'div',
      { class: 'message-body' },
      h(
        'p',
        { class: 'author' },
        h('b', {}, 'Event relay'),
        h('span', { class: 'app-tag' }, 'APP'),
        h('time', {}, time),
      ),
      blocks.length > 0
        ? blocks.map(drawBlock)
        : h('div', { class: 'block' }, drawMrkdwn(payload.text ?? '')),
    ),
  )
}

const BLOCKS = {
  header: ({ text }) => h('div', { class: 'block header' }, drawText(text)),
  section: ({ text, fields, accessory }) =>
    h(
      'div',
      { class: 'block section' },
      h(
        'div',
        { class: 'section-main' },
        text === undefined ? null : h('div', {}, drawText(text)),
        fields === undefined
          ? null
          : h(
              'div',
              { class: 'section-fields' },
              fields.map((field) => h('div', {}, drawText(field))),
            ),
      ),
      accessory === undefined ? null : drawElement(accessory),
    ),
  divider: () => h('hr', { class: 'block' }),
  context: ({ elements }) =>
    h(
      'div',
      { class: 'block context' },
      elements.map((element) => h('span', {}, drawElement(element))),
    ),
  actions: ({ elements }) => h('div', { class: 'block buttons' }, elements.map(drawElement)),
  rich_text: ({ elements }) => h('div', { class: 'block' }, elements.map(drawRichText)),
  markdown: ({ text }) => h('div', { class: 'block' }, drawMrkdwn(text)),
  image: (block) => h('div', { class: 'block image' }, block.alt_text),
}

function drawBlock(block) {
  const draw = BLOCKS[block.type]
  return draw === undefined ? h('div', { class: 'block unknown' }, `[${block.type}]`) : draw(block)
}

/** Buttons lead out only with http and https; the rest is drawn without a way out. */
function drawElement(element) {
  if (element.type === 'image') return h('span', { class: 'image' }, element.alt_text)
  if (element.type !== 'button') return drawText(element)
  const style = element.style === undefined ? '' : ` ${element.style}`
  const href = /^https?:\/\//.test(element.url ?? '') ? element.url : null
  return href === null
    ? h('button', { class: `slack-button${style}`, type: 'button' }, drawText(element.text))
    : h(
        'a',
        { class: `slack-button${style}`, href, target: '_blank', rel: 'noreferrer' },
        drawText(element.text),
      )
}
