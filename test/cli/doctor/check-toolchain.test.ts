import { expect, it } from 'vitest'
import { checkToolchain } from '../../../cli/doctor/check-toolchain.ts'

function results(nodeVersion: string, files: Readonly<Record<string, string>>) {
  const world = { nodeVersion, readFile: (path: string) => files[path] ?? null }
  return checkToolchain(world).map(({ result, finding }) => `${result} ${finding}`)
}

const PROJECT = JSON.stringify({ version: '0.1.0', devDependencies: { wrangler: '4.155.0' } })
const INSTALLED = 'node_modules/wrangler/package.json'

it.each([
  ['24.21.0', 'ok Node 24.21.0'],
  ['22.18.0', 'ok Node 22.18.0'],
  ['22.17.1', 'problem Node 22.17.1 is too old'],
  ['20.19.0', 'problem Node 20.19.0 is too old'],
])('Node %s: %s', (version, expected) => {
  expect(results(version, {})[0]).toBe(expected)
})

it.each<[string, Readonly<Record<string, string>>, string]>([
  [
    'the right version',
    { 'package.json': PROJECT, [INSTALLED]: '{"version":"4.155.0"}' },
    'ok wrangler 4.155.0',
  ],
  [
    'another one',
    { 'package.json': PROJECT, [INSTALLED]: '{"version":"4.1.0"}' },
    'problem wrangler 4.1.0 is installed, and 4.155.0 belongs to this release',
  ],
  ['none', { 'package.json': PROJECT }, 'problem wrangler is not installed'],
  ['another folder', {}, 'problem package.json is not found'],
])('wrangler in %s', (_case, files, expected) => {
  expect(results('24.0.0', files)[1]).toBe(expected)
})
