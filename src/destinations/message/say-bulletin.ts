/** Says a bulletin in words: what has happened, what there is to do, and the reason where one is known. */
import type { BulletinType } from '../../core/bulletins/bulletin.ts'
import type { Json, RelayEvent } from '../../core/log/event.ts'
import type { BulletinText } from '../language/bulletin-words.ts'
import type { Catalogue } from '../language/catalogue.ts'
import { fillPlural } from '../language/languages.ts'
import { fillSpans, foreign, own, type Line } from './text/line.ts'
import { safeText } from './text/safe-text.ts'

const MAX_NAME = 80

/** The bulletin that says which other one has ended. */
const RECOVERED: BulletinType = 'relay.recovered'

/** A bulletin in words. */
export interface WordedBulletin {
  readonly title: Line
  /** Null where there is nothing more to say. */
  readonly remedy: Line | null
  readonly facts: readonly Line[]
}

/** Says a bulletin. One of a type that only another version knows is told by its type. */
export function sayBulletin(
  { name, data }: Pick<RelayEvent, 'name' | 'data'>,
  words: Catalogue,
): WordedBulletin {
  const text = textOf(name, data, words)
  if (text === null)
    return { title: [foreign(safeText(name, MAX_NAME), 'code')], remedy: null, facts: [] }
  const { title, remedy } = text
  const count = Number(memberOf(data, 'count') ?? 0)
  const sentence = typeof title === 'string' ? title : fillPlural(words, title, { count })
  const filled = fillSpans(sentence, {
    destination: named(data, 'destination'),
    method: named(data, 'method'),
  })
  const reason = memberOf(data, 'reason')
  const facts =
    typeof reason === 'string'
      ? [
          fillSpans(words.labelled, {
            label: [own(words.bulletins.reason)],
            value: [foreign(safeText(reason, MAX_NAME), 'code')],
          }),
        ]
      : []
  return { title: filled.map(strong), remedy: remedy === null ? null : [own(remedy)], facts }
}

/** The sentences of a bulletin; null for a type without any. */
function textOf(
  name: string,
  data: Json,
  { bulletins }: Catalogue,
): (Omit<BulletinText, 'remedy'> & { readonly remedy: string | null }) | null {
  if (name !== RECOVERED) return find(bulletins.told, name)
  const title = find(bulletins.recovered, memberOf(data, 'from'))
  return title === null ? null : { title, remedy: null }
}

/** The text of a name that the catalogue has; null for every other value. */
function find<T>(texts: Readonly<Record<string, T>>, name: Json): T | null {
  if (typeof name !== 'string' || !Object.hasOwn(texts, name)) return null
  return texts[name] ?? null
}

function named(data: Json, key: string): Line {
  const name = memberOf(data, key)
  return [foreign(safeText(typeof name === 'string' ? name : '–', MAX_NAME))]
}

function memberOf(data: Json, key: string): Json {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return null
  return Object.entries(data).find(([name]) => name === key)?.[1] ?? null
}

function strong(span: Line[number]): Line[number] {
  return { ...span, style: 'strong' }
}
