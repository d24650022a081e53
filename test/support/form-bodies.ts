/** The recorded form bodies by name, without their ending; readable inside workerd, which has no files. */
const files = import.meta.glob<string>('../fixtures/bitrix24/*.txt', {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** Name → exact body. */
export const FORM_BODIES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(files).map(([path, body]) => [path.replace(/^.*\/|\.txt$/gu, ''), body]),
)
