/** The files that are made of the code say what the code does. */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { expect, test } from 'vitest'
import { GENERATED_FILES } from '../../scripts/generated-files.ts'

const files = GENERATED_FILES.map((file) => ({
  ...file,
  name: relative(process.cwd(), file.path).replaceAll('\\', '/'),
}))

test.each(files)('$name is what `npm run generate` makes', async ({ name, path, format }) => {
  const text = readFileSync(path, 'utf8').replaceAll('\r\n', '\n')
  const isFresh = text === (await format())
  expect(isFresh, `${name} is out of date: run \`npm run generate\``).toBe(true)
})
