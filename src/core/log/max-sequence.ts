/** A sequence behind every other, for a search without an end. */
export const MAX_SEQUENCE = Number.MAX_SAFE_INTEGER
