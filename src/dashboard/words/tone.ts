/** The tone of what a page tells. */

/**
 * All is well, somebody should look, something is wrong, or it does not matter any more. Each is a class of the styles.
 */
export type Tone = 'good' | 'warn' | 'bad' | 'calm'
