/** The tests in a real browser: `npm run tests:browser`. They need Chromium, so `npm test` leaves them out. */
import { defineConfig } from 'vitest/config'

export default defineConfig(({ mode }) => ({
  test: {
    name: 'browser',
    // Read by test/support/sampling.ts, as in vitest.config.ts.
    provide: { isFull: mode === 'full' },
    include: ['test/browser/**/*.test.ts'],
    // Each file starts a playground and a browser.
    fileParallelism: false,
    // No test fails because the machine is slow.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    reporters: ['default', './scripts/plain-reporter.mjs'],
  },
}))
