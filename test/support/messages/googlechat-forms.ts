/** The forms that Google Chat reads in the field `text`, by rules that are the test's own. */
import MarkdownIt from 'markdown-it'

// Bare hosts, too, and a top-level domain that the library's list lacks.
const linkify = new MarkdownIt().linkify.set({ fuzzyLink: true }).tlds('example', true)

/** The names of the forms in a text. The marks `*` and `` ` `` are looked at elsewhere. */
export function findGoogleChatForms(text: string): readonly string[] {
  const rules: readonly (readonly [fault: string, found: boolean])[] = [
    ['mention or link', /[<>]/.test(text)],
    ['entity', /&(?:#\d+|#x[\da-f]+|\w+);/i.test(text)],
    ['strike', text.includes('~')],
    ['italics', /(?:^|[^A-Za-z0-9])_|_(?:[^A-Za-z0-9]|$)/.test(text)],
    ['emoji code', /:[\w+-]+:/.test(text)],
    ['at', text.includes('@')],
    ['address', /:\/\//.test(text) || linkify.test(text)],
    ['list', /^[-*] /.test(text)],
  ]
  return rules.filter(([, found]) => found).map(([fault]) => fault)
}
