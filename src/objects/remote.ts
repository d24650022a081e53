/** Methods of a Durable Object as a caller in another one sees them over RPC. */

/** The named methods, each of which answers with a promise. */
export type Remote<T, Names extends keyof T> = {
  readonly [Name in Names]: T[Name] extends (...parameters: infer P) => infer R
    ? (...parameters: P) => Promise<Awaited<R>>
    : never
}
