/** Sentences that stand within others. */

/** A sentence as the end of another one. */
export function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}
