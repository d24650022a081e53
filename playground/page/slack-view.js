/** Draws received Block Kit messages the way Slack shows them. */
import { h } from './dom.js'
import { drawLinkButton, drawMessage, formatHour } from './message-parts.js'
import { drawMrkdwn, drawRichText, drawText } from './slack-text.js'

/** How Slack is shown. */
export const slackView = { title: '# crm-alerts', note: 'Slack incoming webhook', createMessage }

function createMessage({ at, payload }) {
  const blocks = Array.isArray(payload.blocks) ? payload.blocks : []
  return drawMessage(
    { tag: 'APP', time: formatHour(at), title: payload.text ?? '' },
    blocks.length > 0
      ? blocks.map(drawBlock)
      : h('div', { class: 'block' }, drawMrkdwn(payload.text ?? '')),
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

/** Draws an element. A button opens another page only with an http or https address. */
function drawElement(element) {
  if (element.type === 'image') return h('span', { class: 'image' }, element.alt_text)
  if (element.type !== 'button') return drawText(element)
  const style = element.style === undefined ? '' : ` ${element.style}`
  return drawLinkButton(drawText(element.text), element.url, `slack-button${style}`)
}
