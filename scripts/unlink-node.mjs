/**
 * Runs after each install. The optional packages node-linux-* bring a Node for machines whose own is too old, and
 * npm links it as `node` before the machine's own, for every script of every project that is started here. This
 * link goes: scripts/node.mjs takes that Node where it is needed, and nothing else runs on it.
 */
import { lstatSync, readlinkSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const link = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url))
const isLink = lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
if (isLink && readlinkSync(link).includes('node-linux-')) rmSync(link)
