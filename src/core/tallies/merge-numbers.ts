/** Merges two structures of one shape whose leaves are numbers, leaf by leaf. Pure. */

/** A structure of numbers. A member that one of two structures lacks counts as that of the other. */
type Numbers = number | readonly Numbers[] | { readonly [name: string]: Numbers }

/** The structure whose every number is made of the two numbers at its place. */
export function mergeNumbers<T>(one: T, other: T, merge: (a: number, b: number) => number): T {
  // Sound: the callers' types hold numbers, lists and records of them only, and the shape of the result is theirs.
  return mergeTrees(one as Numbers, other as Numbers, merge) as T
}

/** The structure of sums. */
export function sumNumbers<T>(one: T, other: T): T {
  return mergeNumbers(one, other, (a, b) => a + b)
}

/** The structure of the larger numbers. */
export function highestNumbers<T>(one: T, other: T): T {
  return mergeNumbers(one, other, Math.max)
}

function mergeTrees(
  one: Numbers,
  other: Numbers,
  merge: (a: number, b: number) => number,
): Numbers {
  if (typeof one === 'number' || typeof other === 'number') {
    return typeof one === 'number' && typeof other === 'number' ? merge(one, other) : one
  }
  const merged = new Map<string, Numbers>(Object.entries(one))
  for (const [name, value] of Object.entries(other)) {
    const known = merged.get(name)
    merged.set(name, known === undefined ? value : mergeTrees(known, value, merge))
  }
  return isList(one) ? [...merged.values()] : Object.fromEntries(merged)
}

function isList(numbers: Numbers): numbers is readonly Numbers[] {
  return Array.isArray(numbers)
}
