/**
 * Four projects: `pure` runs plain functions on Node, `simulated` drives the command line and parts of the relay
 * against simulated portals and receivers on Node, `runtime` runs inside workerd with real KV, SQLite and alarms, `built` starts
 * the bundled Worker under Miniflare and kills it.
 */
import { fileURLToPath } from 'node:url'
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { TestOrder } from './scripts/test-order.ts'
import { RUNTIME_BINDINGS } from './test/support/worker/runtime-bindings.ts'

/** They stand beside their source, and run on Node's own SQLite with a clock that a test moves. */
const ON_NODE =
  'test/portal/{fields/{comparison,enrich,event-reads,reconciler}*,log/commit-groups}.test.ts'

/** The stores, the keys and the database need the real KV and the real SQLite. */
const ON_PLATFORM = 'test/storage/{*-store,kv-keys,database}.test.ts'

/** It starts workerd, as the tests of the bundle do. */
const COUNTED = 'test/bench/cost/count-loops.test.ts'

/** What `cloudflare:workers` gives to classes of Durable Objects that run on Node. */
const CLOUDFLARE_WORKERS = fileURLToPath(
  new URL('test/simulation/machine/cloudflare-workers.ts', import.meta.url),
)

export default defineConfig(({ mode }) => ({
  test: {
    // Files share their worker: starting an isolate for each took longer than all tests. So no test may leave
    // anything behind in the memory of a module.
    isolate: false,
    // By default vitest leaves one core free, and of two cores uses one.
    maxWorkers: '100%',
    sequence: { sequencer: TestOrder },
    // Read by test/support/sampling.ts: `vitest run --mode full` runs what the gate only samples.
    provide: { isFull: mode === 'full' },
    // No test fails because the machine is slow.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', './scripts/plain-reporter.mjs'],
    projects: [
      {
        test: {
          name: 'pure',
          include: [
            'test/{bench,config,core,bitrix24,dashboard,destinations,repository,scripts,storage}/**/*.test.ts',
          ],
          exclude: [ON_PLATFORM, COUNTED],
        },
      },
      {
        resolve: {
          // The simulator plays the real classes of Durable Objects on Node.
          alias: { 'cloudflare:workers': CLOUDFLARE_WORKERS },
        },
        test: {
          name: 'simulated',
          include: ['test/{cli,playground,simulation}/**/*.test.ts', ON_NODE],
        },
      },
      {
        plugins: [
          cloudflareTest({
            main: './test/support/worker/worker.ts',
            wrangler: { configPath: './wrangler.toml' },
            miniflare: { bindings: RUNTIME_BINDINGS },
            verbose: false,
          }),
        ],
        test: {
          name: 'runtime',
          include: [
            'test/{edge,portal,http,objects,e2e,upgrade}/**/*.test.ts',
            'test/{app,index}.test.ts',
            'test/*.test.ts',
            ON_PLATFORM,
          ],
          exclude: [ON_NODE],
        },
      },
      {
        test: {
          name: 'built',
          include: ['test/built/**/*.test.ts', COUNTED],
        },
      },
    ],
  },
}))
