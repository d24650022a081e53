/** Splits the code of an event that no topic knows into words, so that a person can guess what it says. */

// Modules join their words without a sign between them: `ONVISITADD`. The words that can begin and end such a code
// are known.
const HEADS =
  /^(?:crm|tasks?|imopenlines|imconnector|imbot|im|sale|catalog|calendar|booking|bizproc|disk|sign|voximplant|user|app)(?=[a-z]{3})/
const TAILS =
  /(?<=[a-z]{2})(?:add|added|update|updated|delete|deleted|change|changed|create|created|remove|removed|save|saved|start|started|finish|finished|end|ended|open|opened|close|closed|move|moved|send|sent|set)$/

/** `ONVISITADD` → `visit add`; `PARTNER.VISIT.ON.ADD` → `partner visit add`. */
export function splitCode(code: string): string {
  const parts = code.toLowerCase().split(/[^a-z0-9]+/)
  return parts
    .map((part, index) => (index === 0 ? part.replace(/^on(?=[a-z]{3})/, '') : part))
    .filter((part) => part !== '' && part !== 'on')
    .map((part) => part.replace(HEADS, '$& ').replace(TAILS, ' $&'))
    .join(' ')
    .replace(/ {2,}/g, ' ')
}
