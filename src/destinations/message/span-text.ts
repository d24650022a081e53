/** Puts spans into the placeholders of a catalogue's texts, so that names keep their style. */
import { own, type Line } from './message.ts'

/** The text as spans; `{name}` is replaced by the line of that name, an unknown one stays as it is. */
export function fillSpans(text: string, values: Readonly<Record<string, Line>>): Line {
  return text.split(/(\{\w+\})/).flatMap((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    const value = name === undefined ? undefined : values[name]
    return value ?? (part === '' ? [] : [own(part)])
  })
}
