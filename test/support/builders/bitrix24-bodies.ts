/// <reference types="vite/types/importMeta.d.ts" />
/** The replayable bodies of `test/fixtures/bitrix24`, bundled, so that every runtime can read them. */

const FILES = import.meta.glob<string>('../../fixtures/bitrix24/*.txt', {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** Every body by its file's name without `.txt`. */
export const BITRIX24_BODIES: ReadonlyMap<string, string> = new Map(
  Object.entries(FILES).map(([path, body]) => [
    path.replace(/^.*\//, '').replace(/\.txt$/, ''),
    body,
  ]),
)

/** Returns one body; throws when there is no such file. */
export function bitrix24Body(name: string): string {
  const body = BITRIX24_BODIES.get(name)
  if (body === undefined) throw new Error(`No fixture named ${name}`)
  return body
}
