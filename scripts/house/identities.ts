/**
 * The portal of the tests is named once. Its member id, its tokens and its client id stand in one file, so that a test
 * that gives it another one changes one line. A test may write its domain out where it expects it in a text. What tests
 * are supported by (`test/support`) writes it nowhere as a value.
 */
import { listFiles, readText, type Rule } from './source.ts'

const IDENTITY = 'test/support/identity.ts'
const FOLDERS = ['test', 'bench', 'scripts']

/** The portal of the tests is written out in one file. */
export const identities: Rule = {
  name: 'identities',
  check(root) {
    const known = listFiles(root, 'test').includes(IDENTITY) ? constantsIn(root) : []
    const files = FOLDERS.flatMap((folder) => listFiles(root, folder)).filter(
      (file) => file !== IDENTITY,
    )
    const problems = files.flatMap((file) => {
      const text = readText(root, file)
      return known
        .filter(({ name, value }) => isWrittenOut(text, { file, name, value }))
        .map(({ name }) => `${file} writes ${name} out, which stands in ${IDENTITY}`)
    })
    return { problems, summary: `${known.length} constants, ${files.length} files` }
  },
}

interface Constant {
  readonly name: string
  readonly value: string
}

function constantsIn(root: string): readonly Constant[] {
  const found = readText(root, IDENTITY).matchAll(/^export const (\w+) = '([^']+)'$/gmu)
  return [...found].map(([, name = '', value = '']) => ({ name, value }))
}

function isWrittenOut(
  text: string,
  { file, name, value }: Constant & { readonly file: string },
): boolean {
  if (name !== 'DOMAIN') return text.includes(value)
  return file.startsWith('test/support/') && text.includes(`'${value}'`)
}
