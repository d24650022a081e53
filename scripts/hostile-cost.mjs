// Measures the CPU time of decoding the hand-made hostile bodies of test/support/hostile-bodies.ts: the first
// run and the mean of 50. Prints the worst ten, and fails when one is above 20 ms.
// Run with `node scripts/hostile-cost.mjs` (Node 24). scripts/measure-decoder.ts does the same for bodies
// that fill 256 KiB.
import { decodeRequest } from '../src/bitrix24/wire/decode-request.ts'
import { parseForm } from '../src/bitrix24/wire/form.ts'
import { parseJson } from '../src/bitrix24/wire/json.ts'
import { canonicalEvent } from '../src/core/log/canonical-event.ts'
import { HOSTILE_BODIES } from '../test/support/hostile-bodies.ts'

const BUDGET_MS = 20
const RUNS = 50

/** Does the edge's whole work on a body, up to the first question to KV or to an object. */
function decode(bytes, contentType) {
  const text = new TextDecoder().decode(bytes)
  const parsed = contentType === 'application/json' ? parseJson(text) : parseForm(text)
  const request = parsed.ok ? decodeRequest(parsed.value) : parsed
  if (!request.ok || request.value.kind !== 'event') return
  canonicalEvent(request.value.event)
  JSON.stringify(request.value.event)
}

function cpuMs(run) {
  // CPU time of this thread: what else the machine does must not count.
  const start = process.threadCpuUsage()
  run()
  const { user, system } = process.threadCpuUsage(start)
  return (user + system) / 1000
}

const encoder = new TextEncoder()
const costs = HOSTILE_BODIES.map(({ name, contentType, body }) => {
  const bytes = typeof body === 'string' ? encoder.encode(body) : body
  const first = cpuMs(() => decode(bytes, contentType))
  // The kernel counts in steps of some milliseconds, so only a sum of many runs is exact.
  const mean = cpuMs(() => Array.from({ length: RUNS }, () => decode(bytes, contentType))) / RUNS
  return { name, size: bytes.length, first, mean }
})

for (const { name, size, first, mean } of costs.toSorted((a, b) => b.mean - a.mean).slice(0, 10)) {
  const figures = [first, mean].map((ms) => ms.toFixed(2).padStart(7)).join(' ')
  console.log(`${figures} ms  ${String(size).padStart(6)}  ${name}`)
}
const worst = Math.max(...costs.map(({ first, mean }) => Math.max(first, mean)))
console.log(
  `${costs.length} bodies, first run and mean of ${RUNS}; the worst took ${worst.toFixed(2)} ms`,
)
process.exitCode = worst > BUDGET_MS ? 1 : 0
