/** Closes a test run with one plain line that any tool can read: `N passed, N failed, N skipped`. */

/** Counts the tests of a run; a vitest reporter. */
export default class PlainReporter {
  onTestRunEnd(modules, errors) {
    const counts = { passed: 0, failed: errors.length, skipped: 0 }
    for (const module of modules) {
      const tests = [...module.children.allTests()]
      if (tests.length === 0 && module.state() === 'failed') counts.failed += 1
      for (const test of tests) {
        const { state } = test.result()
        counts[state === 'passed' || state === 'failed' ? state : 'skipped'] += 1
      }
    }
    const { passed, failed, skipped } = counts
    console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`)
  }
}
