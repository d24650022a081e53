/**
 * No test sleeps. A test that waits for some time proves nothing about what comes a moment later, and fails on a
 * slow machine. It waits until the work has ended (`idles`, `until`), or moves a clock (CONTRIBUTING.md, "Tests").
 */
import { isNode, listFiles, nodesOf, parseFile, type Rule, type SyntaxNode } from './source.ts'

/** The tests that may take time of the machine, each with its reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'test/built/kill.test.ts': 'processes of the machine are looked at until they are done',
  'test/destinations/send.permission.test.ts': 'the clock of vitest moves these timers',
  'test/portal/lanes/plans.identity.test.ts': 'it plays a directory that is slow',
  'test/portal/wait-at-most.test.ts':
    'its sleep ends with the next turn, so that work may end before',
}

/** No test waits for time of the machine. */
export const sleeps: Rule = {
  name: 'sleeps',
  check(root) {
    const tests = listFiles(root, 'test', '.test.ts')
    const sleeping = tests.filter((test) => [...nodesOf(parseFile(root, test))].some(isSleep))
    const excused = Object.keys(EXCEPTIONS).filter((test) => tests.includes(test))
    return {
      problems: [
        ...sleeping
          .filter((test) => !Object.hasOwn(EXCEPTIONS, test))
          .map((test) => `${test} sleeps instead of waiting for what it looks at`),
        ...excused
          .filter((test) => !sleeping.includes(test))
          .map((test) => `${test} is an exception and does not sleep`),
      ],
      summary: `${tests.length} tests, ${excused.length} exceptions`,
    }
  },
}

/** Whether a node calls a timer, or brings one in under a name of its own. */
function isSleep({ type, callee, source }: SyntaxNode): boolean {
  if (type === 'ImportDeclaration') {
    return isNode(source) && /^(?:node:)?timers/.test(String(source['value']))
  }
  if (type !== 'CallExpression' || !isNode(callee)) return false
  if (callee.type === 'Identifier') return callee['name'] === 'setTimeout'
  const { object, property } = callee
  if (!isNode(object) || !isNode(property)) return false
  if (object['name'] === 'globalThis') return property['name'] === 'setTimeout'
  return object['name'] === 'scheduler' && property['name'] === 'wait'
}
