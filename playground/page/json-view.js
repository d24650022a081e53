/** Draws JSON with indents, as coloured text nodes. */
import { h } from './dom.js'

/** Draws a value. */
export function drawJson(value, indent = '') {
  if (Array.isArray(value) || (typeof value === 'object' && value !== null)) {
    const isList = Array.isArray(value)
    const entries = Object.entries(value)
    if (entries.length === 0) return [isList ? '[]' : '{}']
    const inner = `${indent}  `
    const lines = entries.map(([key, item], index) => [
      inner,
      isList ? null : [h('span', { class: 'key' }, JSON.stringify(key)), ': '],
      drawJson(item, inner),
      index < entries.length - 1 ? ',\n' : '\n',
    ])
    return [isList ? '[\n' : '{\n', lines, indent, isList ? ']' : '}']
  }
  const kind = value === null ? 'null' : typeof value
  return [h('span', { class: kind }, JSON.stringify(value))]
}
