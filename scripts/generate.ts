/** Writes every generated file anew, and names those that have changed: `npm run generate`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { readCommandLine, refuseArguments } from './command-line.ts'
import { GENERATED_FILES } from './generated-files.ts'

readCommandLine({
  usage: `Usage:
  npm run generate

Writes every file that is made of the code anew, and names those that have changed.`,
  options: {},
  refuse: refuseArguments,
})

for (const { path, format } of GENERATED_FILES) {
  const text = await format()
  const isSame = readFileSync(path, 'utf8') === text
  if (!isSame) writeFileSync(path, text)
  console.log(`${relative(process.cwd(), path)}: ${isSame ? 'as it was' : 'written'}`)
}
