import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { explainPort, tryPort } from '../../playground/try-port.ts'

const START = fileURLToPath(new URL('../../playground/start.ts', import.meta.url))

describe('a port that cannot be used', () => {
  test.each([
    ['EADDRINUSE', 'another program uses it'],
    ['EACCES', 'this user may not: take one from 1024 on'],
  ])('with %s is told in words', (code, why) => {
    const error = Object.assign(new Error('listen'), { code })
    expect(explainPort(80, error)).toBe(
      `Cannot use the port 80: ${why}. Without --port a free one is taken`,
    )
  })
})

/** Runs `npm start` until it ends by itself. */
async function start(...args: readonly string[]) {
  const child = spawn(process.execPath, ['--no-warnings', START, ...args])
  onTestFinished(() => void child.kill())
  let told = ''
  child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()))
  const [code] = await once(child, 'close')
  return { code, told }
}

test.each(['http', '65536'])('npm start refuses the port %j in words', async (port) => {
  const { code, told } = await start(`--port=${port}`)
  expect(code).toBe(2)
  expect(told).toContain(
    `Cannot use the port as it must be a number from 0 to 65535: ${port}\n\nUsage:\n  npm start\n`,
  )
})

test('npm start ends at once, with the way to call it, where the port is taken', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void taken.close())
  await once(taken, 'listening')
  const address = taken.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const problem = `Cannot use the port ${port}: another program uses it. Without --port a free one is taken`
  expect(await tryPort(port)).toEqual({ ok: false, error: problem })
  expect(await tryPort(0)).toEqual({ ok: true, value: null })
  const { code, told } = await start('--port', String(port))
  expect([code, told.split('\n')[0]]).toEqual([2, problem])
})
