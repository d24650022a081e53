/** The forms that only Discord reads, beside the formats of CommonMark. */

/** The names of Discord's own forms in a text, without what stands in code or behind a backslash. */
export function findDiscordForms(text: string): readonly string[] {
  const bare = text.replace(/\\[!-/:-@[-`{-~]|`[^`]*`/g, '\u2205')
  const forms: readonly (readonly [name: string, form: RegExp])[] = [
    ['mention, emoji or time', /[<>]/],
    ['everyone', /@/],
    ['emoji code', /:[\w~+-]+:/],
    ['spoiler', /\|/],
    ['underline', /__/],
    ['strike', /~~/],
    ['link', /:\/\/|\]\(|mailto:|tel:/],
    ['heading or small text', /^\s*(?:-\s+)?-?#/m],
    ['quote', /^\s*(?:-\s+)?>/m],
    ['list in a list', /^\s*- +(?:[*+-]|\d+\.)\s/m],
    ['code', /`/],
    ['backslash', /\\/],
  ]
  return forms.filter(([, form]) => form.test(bare)).map(([name]) => name)
}
