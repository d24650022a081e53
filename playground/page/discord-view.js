/** Draws messages of a Discord webhook: content, and embeds with their bar, fields and footer. */
import { h } from './dom.js'
import { drawAnchor, drawInlineMarkdown, drawMarkdown } from './markdown.js'
import { drawMessage, formatHour } from './message-parts.js'

/** How Discord is shown. */
export const discordView = { title: '# crm-alerts', note: 'Discord webhook', createMessage }

function createMessage({ at, payload }) {
  const { username, content = '', embeds = [] } = payload
  return drawMessage(
    { author: username, tag: 'APP', time: `Today at ${formatHour(at)}` },
    content === '' ? null : h('div', { class: 'block' }, drawMarkdown(content, 'discord')),
    embeds.map(drawEmbed),
  )
}

function drawEmbed({ title, description, url, color, fields = [], footer, timestamp, author }) {
  const embed = h(
    'div',
    { class: 'embed' },
    author?.name === undefined ? null : h('div', { class: 'embed-author' }, author.name),
    title === undefined
      ? null
      : h('div', { class: 'embed-title' }, drawTitle(drawInlineMarkdown(title, 'discord'), url)),
    description === undefined
      ? null
      : h('div', { class: 'embed-text' }, drawMarkdown(description, 'discord')),
    fields.length === 0 ? null : h('div', { class: 'embed-fields' }, fields.map(drawField)),
    drawFooter(footer, timestamp),
  )
  if (typeof color === 'number') {
    embed.style.borderLeftColor = `#${color.toString(16).padStart(6, '0')}`
  }
  return embed
}

function drawTitle(children, url) {
  return url === undefined ? children : drawAnchor(url, children)
}

function drawField({ name, value, inline = false }) {
  return h(
    'div',
    { class: inline ? 'embed-field inline' : 'embed-field' },
    h('b', {}, drawInlineMarkdown(String(name), 'discord')),
    h('div', {}, drawMarkdown(String(value), 'discord')),
  )
}

/** Discord reads no Markdown in a footer. */
function drawFooter(footer, timestamp) {
  const parts = [footer?.text]
  if (timestamp !== undefined) {
    parts.push(new Date(timestamp).toLocaleString([], { dateStyle: 'short', timeStyle: 'short' }))
  }
  const text = parts.filter((part) => part !== undefined).join(' • ')
  return text === '' ? null : h('div', { class: 'embed-footer' }, text)
}
