/** Makes a message shorter by whole lines, and says how many are missing. */
import type { Catalogue } from '../../language/catalogue.ts'
import { fillPlural } from '../../language/languages.ts'
import type { Group, Message } from '../message.ts'

/**
 * The message with its first `maxLines` lines; a group with its heading alone counts as one. The lines that are left
 * out are counted in `more`.
 */
export function shortenMessage(message: Message, maxLines: number, words: Catalogue): Message {
  const total = sizeOf(message)
  if (total <= maxLines) return message
  let room = maxLines
  const groups: Group[] = []
  for (const group of message.groups) {
    if (room <= 0) break
    const lines = group.lines.slice(0, room)
    room -= roomOf({ ...group, lines })
    groups.push({ ...group, lines })
  }
  const count = total - Math.max(maxLines, 0) + (message.more?.count ?? 0)
  const text = fillPlural(words, words.more, { count })
  const more = { text, count, link: message.more?.link ?? message.overview }
  return { ...message, groups, more }
}

/** The number of lines in all groups. */
export function countLines({ groups }: Message): number {
  return groups.reduce((sum, { lines }) => sum + lines.length, 0)
}

/** The number of lines of a message; a group with its heading alone counts as one. */
export function sizeOf({ groups }: Message): number {
  return groups.reduce((sum, group) => sum + roomOf(group), 0)
}

function roomOf({ heading, lines }: Group): number {
  return lines.length === 0 && heading.length > 0 ? 1 : lines.length
}

/**
 * The fullest form of a message that fits: lines are taken away until `fits` takes the result of `render`.
 * The last try has no line at all and is used even when `fits` refuses it: every text in it has a limited
 * length.
 */
export function fitMessage<T>(
  message: Message,
  words: Catalogue,
  {
    render,
    fits,
  }: { readonly render: (message: Message) => T; readonly fits: (rendered: T) => boolean },
): T {
  const whole = render(message)
  if (fits(whole)) return whole
  // More lines are never shorter, so the largest number that fits can be searched by halves.
  let [low, high] = [0, sizeOf(message) - 1]
  let best = render(shortenMessage(message, 0, words))
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const rendered = render(shortenMessage(message, middle, words))
    if (fits(rendered)) {
      best = rendered
      low = middle
    } else {
      high = middle - 1
    }
  }
  return best
}
