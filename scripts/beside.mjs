/**
 * Runs several scripts of package.json beside each other: `node scripts/beside.mjs lint types tests`. Each one's
 * output is printed under its name when the script is over, that of the last named one at the very end, and the
 * whole fails when one of them fails. The last line is the summary of the tests, `N passed, N failed, N skipped`.
 */
import { spawn } from 'node:child_process'

const SUMMARY = /^\d+ passed, \d+ failed, \d+ skipped$/

const names = process.argv.slice(2)
const option = names.find((name) => name.startsWith('-'))
if (option !== undefined) {
  const scripts = names.filter((name) => !name.startsWith('-')).join(', ')
  const usage = `This runs the scripts ${scripts} of package.json, and takes no options`
  const isHelp = option === '--help' || option === '-h'
  console[isHelp ? 'log' : 'error'](isHelp ? usage : `Unknown option '${option}'\n\n${usage}`)
  process.exit(isHelp ? 0 : 2)
}
const { npm_execpath: npm, npm_node_execpath: node = process.execPath } = process.env
if (npm === undefined) throw new Error('Run this by npm, for example `npm test`')

const children = []
for (const signal of ['SIGTERM', 'SIGHUP']) {
  process.on(signal, () => children.forEach((child) => child.kill(signal)))
}
// Ctrl-C reaches the children by itself; this process waits for them.
process.on('SIGINT', () => {})

const runs = names.map((name, index) => run(name, { isLast: index === names.length - 1 }))
const results = await Promise.all(runs)
print(results.at(-1))
console.log('')
for (const { name, code, seconds } of results) {
  console.log(`${name}: ${code === 0 ? 'ok' : 'FAILED'}, ${seconds} s`)
}
const summary = results.flatMap(({ lines }) => lines.filter((line) => SUMMARY.test(line))).at(-1)
if (summary !== undefined) console.log(`\n${summary}`)
process.exitCode = results.every(({ code }) => code === 0) ? 0 : 1

/** Runs one script; resolves with its output, which is printed at once unless it is the last one's. */
async function run(name, { isLast }) {
  const started = performance.now()
  const child = spawn(node, [npm, 'run', '--silent', name], { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  const chunks = []
  child.stdout.on('data', (chunk) => chunks.push(chunk))
  child.stderr.on('data', (chunk) => chunks.push(chunk))
  const code = await new Promise((resolve) => child.on('close', resolve))
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const result = { name, code, seconds, lines: Buffer.concat(chunks).toString().split('\n') }
  if (!isLast) print(result)
  return result
}

function print({ name, lines }) {
  const text = lines
    .filter((line) => !SUMMARY.test(line))
    .join('\n')
    .trim()
  console.log(`\n=== ${name}\n${text}`)
}
