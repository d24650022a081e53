/** Draws messages of a Mattermost webhook: text, and attachments with their bar and fields. */
import { h } from './dom.js'
import { drawAnchor, drawInlineMarkdown, drawMarkdown } from './markdown.js'
import { drawMessage, formatHour } from './message-parts.js'

/** How Mattermost is shown. */
export const mattermostView = {
  title: 'crm-alerts',
  note: 'Mattermost incoming webhook',
  createMessage,
}

function createMessage({ at, payload }) {
  const { username, text = '' } = payload
  const attachments = payload.attachments ?? payload.props?.attachments ?? []
  return drawMessage(
    { author: username, tag: 'BOT', time: formatHour(at) },
    text === '' ? null : h('div', { class: 'block' }, drawMarkdown(text, 'mattermost')),
    attachments.map(drawAttachment),
  )
}

function drawAttachment(attachment) {
  const { pretext, color, title, title_link: link, text, fields = [], footer } = attachment
  const { author_name: author } = attachment
  const box = h(
    'div',
    { class: 'attachment' },
    author === undefined ? null : h('div', { class: 'attachment-author' }, author),
    title === undefined ? null : h('div', { class: 'attachment-title' }, drawTitle(title, link)),
    text === undefined ? null : h('div', {}, drawMarkdown(text, 'mattermost')),
    fields.length === 0 ? null : h('div', { class: 'attachment-fields' }, fields.map(drawField)),
    footer === undefined ? null : h('div', { class: 'attachment-footer' }, footer),
  )
  if (/^#[\da-f]{6}$/i.test(color ?? '')) box.style.borderLeftColor = color
  return [
    pretext === undefined
      ? null
      : h('div', { class: 'block' }, drawMarkdown(pretext, 'mattermost')),
    box,
  ]
}

function drawTitle(title, link) {
  const children = drawInlineMarkdown(title, 'mattermost')
  return link === undefined ? children : drawAnchor(link, children)
}

function drawField({ title, value, short = false }) {
  return h(
    'div',
    { class: short ? 'attachment-field short' : 'attachment-field' },
    h('b', {}, drawInlineMarkdown(String(title), 'mattermost')),
    h('div', {}, drawMarkdown(String(value), 'mattermost')),
  )
}
