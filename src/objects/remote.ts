/** The methods of a Durable Object as a caller sees them over RPC: each of them answers with a promise. */

/** The named methods of an object, as the caller sees them. */
export type Remote<T, Names extends keyof T> = {
  readonly [Name in Names]: T[Name] extends (...parameters: infer P) => infer R
    ? (...parameters: P) => Promise<Awaited<R>>
    : never
}
