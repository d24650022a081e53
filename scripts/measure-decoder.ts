/**
 * Measures what hostile bodies cost the edge before anybody knows their callers: parsing, and for a short event
 * decoding, removing tokens, and the text that is hashed. With `--known` it measures what the events cost of a caller
 * who is known. The bodies below fill the 256 KiB that are allowed; those of test/support/hostile/hostile-bodies.ts are
 * made by hand. Prints the CPU time of the first run and the mean of 50, and fails when a mean is above 20 ms, or above
 * 200 ms of a known caller: `node scripts/measure-decoder.ts`.
 */
import { decodeBody, LIGHT_BODY } from '../src/bitrix24/wire/decode-body.ts'
import { canonicalEvent } from '../src/core/log/canonical-event.ts'
import { HOSTILE_BODIES } from '../test/support/hostile/hostile-bodies.ts'
import { APPLICATION_TOKEN, MEMBER_ID } from '../test/support/identity.ts'

const SIZE = 256 * 1024
const IS_KNOWN = process.argv.includes('--known')
const BUDGET_MS = IS_KNOWN ? 200 : 20
const RUNS = 50

const FORM = `event=ONCRMDEALUPDATE&auth[member_id]=${MEMBER_ID}&auth[application_token]=${APPLICATION_TOKEN}`

function fill(start: string, unit: string, end = ''): string {
  const room = SIZE - start.length - end.length
  return (start + unit.repeat(Math.ceil(room / unit.length))).slice(0, SIZE - end.length) + end
}

/** `count` parameters that together fill the body; `make` gets each one's number and length. */
function parameters(count: number, make: (index: number, length: number) => string): string {
  const length = Math.floor((SIZE - FORM.length) / count) - 1
  return [FORM, ...Array.from({ length: count }, (_, index) => make(index, length))].join('&')
}

function tokens(access: string, refresh: string): string {
  return `${FORM}&auth[access_token]=${access}&auth[refresh_token]=${refresh}`
}

const FORMS: Readonly<Record<string, string>> = {
  'only &': fill('', '&'),
  '& and one letter': fill('', 'a&'),
  'parameters with one letter that an outline looks at': fill(`${FORM}&`, 'e&'),
  'named parameters, more than an outline keeps': fill(`${FORM}&`, 'ts=1&'),
  'parameters of encoded brackets, too deep': fill(`${FORM}&a[][][][][][][][]=1&`, '%5B%5D&'),
  'one bracket, 256 K times': fill('a', '['),
  'brackets, never closed, in each parameter': parameters(990, (_, n) => 'a' + '['.repeat(n - 1)),
  'closing brackets': fill('a', ']'),
  'pairs of brackets': fill('a', '[]'),
  'encoded brackets': fill('a', '%5B'),
  'percent signs': fill('a=', '%'),
  'percent escapes of letters': fill('a=', '%41'),
  'percent escapes that are not UTF-8': fill('a=', '%FF'),
  'half escapes': fill('a=', '%4'),
  'plus signs': fill('a=', '+'),
  'one long name': fill('', 'a'),
  'one long name of dots': fill('', '.'),
  'one name of spaces': fill('', ' '),
  'spaces, then a letter': fill('', ' ', 'a=1'),
  'four-byte characters': fill('a=', '😀'.repeat(2)).toWellFormed(),
  'long names with a common start': parameters(990, (index, n) => 'a'.repeat(n - 8) + index),
  'long names, seven deep': parameters(
    990,
    (index, n) => `data${`[${'k'.repeat(Math.floor(n / 7) - 8)}${index}]`.repeat(7)}`,
  ),
  appends: parameters(990, (_, n) => `data[][][][][][][]=${'%41'.repeat(Math.floor(n / 3) - 8)}`),
  'integer keys': parameters(990, (index) => `data[${9_000_000_000 + index * 65_536}]=1`),
  'names ending in NUL': parameters(990, (_, n) => `${'%00'.repeat(Math.floor(n / 3) - 1)}=1`),
  'token searched in its own repetition': fill(
    `${tokens(`b${'a'.repeat(999)}`, `${'a'.repeat(500)}b${'a'.repeat(499)}`)}&data=`,
    'a',
  ),
  'token searched in near misses': fill(
    `${tokens(`${'ab'.repeat(499)}c`, `c${'ab'.repeat(499)}`)}&data=`,
    'ab',
  ),
  'token of 32 searched in its own repetition': fill(
    `${tokens(`b${'a'.repeat(31)}`, `${'a'.repeat(16)}b${'a'.repeat(15)}`)}&data=`,
    'a',
  ),
  'short tokens searched in near misses': fill(`${tokens('aaaaaaab', 'baaaaaaa')}&data=`, 'a'),
  'control characters, searched as JSON too': fill(
    `${tokens('aaaaaaab', 'baaaaaaa')}&data=`,
    '%01',
  ),
  'many values, all searched': `${tokens('b'.repeat(1000), 'c'.repeat(1000))}&${parameters(
    980,
    (index, n) => `data[${index}]=${'b'.repeat(n - 16)}`,
  ).slice(0, SIZE - 2_200)}`,
}

const AUTH = `{"member_id":"${MEMBER_ID}","application_token":"${APPLICATION_TOKEN}"}`
/** The bodies that are just short enough to be decoded for a stranger. */
function light(unit: string): string {
  return fill(`${tokens('aaaaaaab', 'baaaaaaa')}&data=`, unit).slice(0, LIGHT_BODY)
}

const LIGHT: Readonly<Record<string, string>> = Object.fromEntries(
  [
    '%25',
    '%5Cu0061',
    '%26%231;',
    'QUFB',
    'AAAA%2F',
    '%EF%BC%A1',
    'auth%3D',
    'access_token"%20',
  ].map((unit) => [`light: ${unit}`, light(unit)]),
)

const START = `{"event":"ONCRMDEALUPDATE","auth":${AUTH},"data":`

const JSONS: Readonly<Record<string, string>> = {
  'opening brackets': fill('', '['),
  'opening objects': fill('', '{"a":'),
  'many values': fill('[', '1,', '1]'),
  'many values of an event': fill(START, '[1,', ''),
  'many members of an event': fill(START.replace('"data":', ''), '"ts":1,', '"n":1}'),
  'many keys': `{${Array.from({ length: 20_000 }, (_, index) => `"k${index}":1`).join(',')}}`,
  'integer keys': `{${Array.from({ length: 20_000 }, (_, index) => `"${index * 1024}":1`).join(',')}}`,
  quotes: fill('', '"'),
  'escaped quotes': fill('"', String.raw`\"`, '"'),
  'unicode escapes': fill('"', String.raw`\ud800`, '"'),
  'a string that never ends': fill('"', 'a'),
  'a number of 256 K digits': fill('', '9'),
  'a fraction of 256 K digits': fill('0.', '1'),
  'an exponent of 256 K digits': fill('1e', '9'),
  blanks: fill('', ' '),
  'a long text in an event': fill(`${START}"`, 'a', '"}'),
  '900 long texts in an event': `${START}[${Array.from({ length: 900 }, () => `"${'a'.repeat(285)}"`).join(',')}]}`,
  'long keys in an event': `${START}{${Array.from({ length: 900 }, (_, index) => `"${'a'.repeat(270)}${index}":1`).join(',')}}}`,
}

const decoder = new TextDecoder()
const encoder = new TextEncoder()

interface Body {
  readonly name: string
  readonly bytes: Uint8Array
  readonly isJson: boolean
}

const BODIES: readonly Body[] = [
  ...Object.entries({ ...FORMS, ...LIGHT }).map(([name, text]) => ({ name, text, isJson: false })),
  ...Object.entries(JSONS).map(([name, text]) => ({ name, text, isJson: true })),
  ...HOSTILE_BODIES.map(({ name, body, contentType }) => ({
    name,
    text: body,
    isJson: contentType === 'application/json',
  })),
].map(({ name, text, isJson }) => ({
  name: `${isJson ? 'json' : 'form'}: ${name}`,
  bytes: typeof text === 'string' ? encoder.encode(text) : text,
  isJson,
}))

/** Everything that the edge does with a body before it knows the caller, or with that of a known one. */
function decode({ bytes, isJson }: Body): void {
  const text = decoder.decode(bytes)
  const request = decodeBody(text, { isForm: !isJson, query: {} })
  if (!request.ok || request.value.kind !== 'event') return
  if (request.value.isCostly && !IS_KNOWN) return
  const event = request.value.decode()
  canonicalEvent(event)
  JSON.stringify(event)
}

/** Node 24 tells the CPU time of this thread, without the threads that collect garbage. */
const isThreadKnown = Number(process.versions.node.split('.')[0]) >= 24

function usage(since?: NodeJS.CpuUsage): NodeJS.CpuUsage {
  return isThreadKnown ? process.threadCpuUsage(since) : process.cpuUsage(since)
}

function cpuMs(run: () => void): number {
  const start = usage()
  run()
  const { user, system } = usage(start)
  return (user + system) / 1000
}

let slow = 0
for (const body of BODIES) {
  const first = cpuMs(() => decode(body))
  // The kernel counts in steps of some milliseconds, so only a sum of many runs is exact.
  const mean = cpuMs(() => Array.from({ length: RUNS }, () => decode(body))) / RUNS
  if (mean > BUDGET_MS) slow += 1
  const figures = [first, mean].map((ms) => ms.toFixed(2).padStart(7)).join(' ')
  console.log(`${figures} ms  ${String(body.bytes.length).padStart(6)}  ${body.name}`)
}
console.log(`${BODIES.length} bodies, first run and mean of ${RUNS}; ${slow} above ${BUDGET_MS} ms`)
process.exitCode = slow === 0 ? 0 : 1
