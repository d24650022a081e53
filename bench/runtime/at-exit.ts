/** What has to be ended when the bench itself ends, also by Ctrl-C: processes and folders. */

const leftovers = new Set<() => void>()

process.on('exit', () => {
  // Processes begin after the folder in which they write, so they end before it.
  for (const end of [...leftovers].toReversed()) end()
})

/** Calls `end` when this process ends; the answer takes it back. */
export function atExit(end: () => void): () => void {
  leftovers.add(end)
  return () => void leftovers.delete(end)
}
