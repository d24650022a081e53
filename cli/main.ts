/** `npm run relay -- <command>`: the operator's command line (docs/cli.md). */
import process from 'node:process'
import { runRelay } from './run-relay.ts'
import { createWorld } from './world.ts'

process.exitCode = await runRelay(process.argv.slice(2), createWorld(process))
