/**
 * The setting `users` of a destination: whose events it gets. `512` takes those that user 512 has caused, `!512` takes
 * all but those, and `none` stands in the place of the user where nobody has caused an event.
 */
const RULE = /^!?(?:none|[1-9]\d{0,14})$/

/** Whether a text can be an entry of `users`. */
export function isUserRule(text: string): boolean {
  return RULE.test(text)
}

/**
 * Whether entries contradict one another: some take people and others leave people out, so that nobody can tell what
 * becomes of all the others. Beside entries that leave people out, `none` says only that events without a user are
 * taken.
 */
export function isContradiction(rules: readonly string[]): boolean {
  const left = rules.filter(isNegation)
  const taken = rules.filter((rule) => !isNegation(rule) && rule !== 'none')
  return left.length > 0 && (taken.length > 0 || (rules.includes('none') && left.includes('!none')))
}

/** Prepares the entries for many events. An empty list takes everybody. */
export function compileUsers(rules: readonly string[]): (userId: number | null) => boolean {
  const known = new Set(rules)
  const takesOthers = rules.length === 0 || rules.some(isNegation)
  return (userId) => {
    const name = userId === null ? 'none' : String(userId)
    return takesOthers ? !known.has(`!${name}`) : known.has(name)
  }
}

function isNegation(rule: string): boolean {
  return rule.startsWith('!')
}
