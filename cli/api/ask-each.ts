/**
 * Asks about many things, a few at a time: a relay may have a thousand portals, and each of them is an object to be
 * woken.
 */

/** The questions that are under way at a time. */
const AT_A_TIME = 8

/** The answers, in the order of the things. Rejects with the first failure. */
export async function askEach<T, R>(
  things: readonly T[],
  ask: (thing: T) => Promise<R>,
): Promise<readonly R[]> {
  const answers: R[] = []
  for (let first = 0; first < things.length; first += AT_A_TIME) {
    answers.push(...(await Promise.all(things.slice(first, first + AT_A_TIME).map(ask))))
  }
  return answers
}
