/** Reads what a page sends along with an action. Nothing of it is trusted. */

/** The members of an action, as the page has sent them. */
export type ActionInput = Readonly<Record<string, unknown>>

/** The id of a field. */
export function readId(input: ActionInput): string {
  return readString(input, 'id')
}

/** A text of at most 500 characters; empty where there is none. */
export function readString(input: ActionInput, key: string): string {
  const value = input[key]
  return typeof value === 'string' ? value.slice(0, 500) : ''
}

/** The texts of a list that are not empty. */
export function readValues(input: ActionInput): string[] {
  const values = Array.isArray(input['values']) ? input['values'] : []
  return values.flatMap((value) => {
    const text = typeof value === 'string' ? value.trim() : ''
    return text === '' ? [] : [text.slice(0, 200)]
  })
}
