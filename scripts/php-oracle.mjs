// Asks PHP's parse_str() about some hundred form bodies and writes the answers to
// test/fixtures/php-forms.json, which the test of src/bitrix24/wire/form.ts compares with. Needs `php`.
// `node scripts/php-oracle.mjs` writes, with `--check` it only compares. Both are deterministic.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DIFFERENCES, HAND_MADE } from './php-oracle-bodies.mjs'

const FIXTURE = new URL('../test/fixtures/php-forms.json', import.meta.url)
const SCRIPT = new URL('php-oracle.php', import.meta.url)
const PHP_OPTIONS = [
  '-n',
  '-d',
  'max_input_vars=1000000',
  '-d',
  'max_input_nesting_level=64',
  '-d',
  'arg_separator.input=&',
]
const SEED = 20_260_921
const RANDOM_BODIES = 600

/** Mulberry32: small, seeded, the same everywhere. */
function createRandom(seed) {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

// oxfmt-ignore
const KEYS = ['a', 'b', 'c', '0', '1', '2', '3', '-2', '01', '', '', ' ', 'a b', 'a.b', '%C3%A9', 'é', '_']
// oxfmt-ignore
const SCRAPS = [
  'a', 'b', '0', '1', '7', '-1', '[', ']', '[]', '[a]', '[b]', '[0]', '[1]', '[ ]', '%5B', '%5D', '%5b%5d', '=', '=', '&', '&',
  '+', '%20', '.', ' ', '_', '%', '%4', '%zz', '%41', '%00', '%2E', '%26', '%3D', '%FF', '%C3%A9', '%E2%82', 'é', '😀', '9223372036854775807', '"', '\\',
]

function randomBodies(count) {
  const random = createRandom(SEED)
  const pick = (list) => list[random(list.length)]
  const structured = () =>
    Array.from({ length: 1 + random(6) }, () => {
      const parts = Array.from({ length: random(4) }, () => `[${pick(KEYS)}]`)
      return `${pick(['a', 'a', 'b', 'c.d', '0'])}${parts.join('')}${pick(['', '=', '=1', '=x+y', '=%C3%A9'])}`
    }).join('&')
  const soup = () => Array.from({ length: 1 + random(18) }, () => pick(SCRAPS)).join('')
  const bodies = []
  while (bodies.length < count) {
    const body = bodies.length % 2 ? soup() : structured()
    // Deeper names are a deliberate difference.
    const deepest = Math.max(...body.split('&').map((part) => part.split(/\[|%5b/i).length))
    if (deepest <= 8) bodies.push(body)
  }
  return bodies
}

function askPhp(bodies) {
  const run = spawnSync('php', [...PHP_OPTIONS, fileURLToPath(SCRIPT)], {
    input: JSON.stringify(bodies),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (run.status !== 0) throw new Error(`Cannot run php: ${run.error ?? run.stderr}`)
  return JSON.parse(run.stdout)
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

function toText(wide) {
  return decoder.decode(Uint8Array.from(wide, (unit) => unit.codePointAt(0)))
}

/** Turns the code points of php-oracle.php back into bytes; `merged` tells whether two keys became equal by it. */
function narrow(value, seen) {
  if (typeof value === 'string') return toText(value)
  if (Array.isArray(value)) return value.map((item) => narrow(item, seen))
  const object = { __proto__: null }
  for (const [key, member] of Object.entries(value)) {
    const name = toText(key)
    if (name in object) seen.merged = true
    object[name] = narrow(member, seen)
  }
  return object
}

function toLines(list) {
  return list.map((item) => `    ${JSON.stringify(item)}`).join(',\n')
}

function generate() {
  const plain = [...new Set([...HAND_MADE, ...randomBodies(RANDOM_BODIES)])]
  const different = DIFFERENCES.flatMap(({ cases }) => cases.map(({ body }) => body))
  const { version, results } = askPhp([...plain, ...different])
  const pairs = plain.flatMap((body, index) => {
    const seen = { merged: false }
    const php = narrow(results[index], seen)
    return seen.merged ? [] : [{ body, php }]
  })
  let next = plain.length
  const differences = DIFFERENCES.map(({ id, reason, cases }) => ({
    id,
    reason,
    cases: cases.map(({ body, relay }) => ({ body, php: narrow(results[next++], {}), relay })),
  }))
  const header = {
    what: 'Form bodies and what PHP makes of them. Written by scripts/php-oracle.mjs; do not edit.',
    php: version,
    options: PHP_OPTIONS.join(' '),
    seed: SEED,
    conventions: [
      'php is json_encode() of what parse_str() returned; its root is always shown as an object',
      'bytes that are not UTF-8 are shown as U+FFFD, as a WHATWG decoder replaces them',
      'pairs must be equal; every deliberate difference is listed with its reason and tested',
    ],
  }
  return [
    '{',
    `  "header": ${JSON.stringify(header, null, 2).replaceAll('\n', '\n  ')},`,
    `  "differences": [\n${toLines(differences)}\n  ],`,
    `  "pairs": [\n${toLines(pairs)}\n  ]`,
    '}\n',
  ].join('\n')
}

const text = generate()
if (process.argv.includes('--check')) {
  const same = readFileSync(FIXTURE, 'utf8') === text
  console.log(
    same ? 'php-forms.json is what PHP says' : 'php-forms.json differs from what PHP says',
  )
  process.exitCode = same ? 0 : 1
} else {
  writeFileSync(FIXTURE, text)
  console.log(`Wrote ${JSON.parse(text).pairs.length} pairs`)
}
