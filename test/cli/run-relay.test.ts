/** How a command line ends: its exit code, and what is told of a failure. */
import { describe, expect, it } from 'vitest'
import { runRelay } from '../../cli/run-relay.ts'
import { aWorld, runAlone } from '../support/scenarios/cli-scenario.ts'

describe('runRelay()', () => {
  it.each([[['--help']], [['events', '--help']], [['help', 'why']]])('%o is done', async (args) => {
    const { code, out, err } = await runAlone(args)
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^Usage: relay/u)
  })

  it.each<[readonly string[], RegExp]>([
    [[], /^Usage: relay/u],
    [['no-such'], /^error: unknown command 'no-such'/u],
    [['events'], /^error: missing required argument 'portal'/u],
    [['events', 'acme', '--no-such'], /^error: unknown option '--no-such'/u],
    [['events', 'acme', '--limit', '0'], /It must be a number from 1 on/u],
    [['events', 'acme', '--limit', '201'], /It must be 200 at most/u],
    [['events', 'acme', '--interval', '2147484'], /It must be 86400 at most/u],
    [['status', 'a', 'b'], /^error: too many arguments/u],
  ])('%o is a wrong command line', async (args, told) => {
    const { code, out, err } = await runAlone(args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(told)
  })

  it('what was typed reaches the terminal without its escape sequences', async () => {
    const { err } = await runAlone(['\u001b]0;owned\u0007'])
    expect(err).toContain(String.raw`\x1b]0;owned\x07`)
    expect(err).not.toContain('\u001b')
  })

  it.each<[readonly string[], number, string]>([
    [['events', '--json'], 2, 'usage'],
    [['status', '--json'], 2, 'usage'],
    [['status', '--json', '--url', 'https://relay.example.com'], 3, 'unreachable'],
  ])('%o tells a failure as one line of JSON, and in words', async (args, code, word) => {
    const env = args.length > 2 ? { ADMIN_TOKEN: 'x' } : {}
    const ran = await runAlone(args, { env })
    expect(ran.code).toBe(code)
    expect(JSON.parse(ran.out)).toMatchObject({
      error: { code: word, message: expect.stringMatching(/^[A-Zm]/u) },
    })
    expect(ran.out.trim()).not.toContain('\n')
    expect(ran.err).not.toBe('')
  })

  it('a closed pipe ends a command without a word, and not as done', async () => {
    const written = { out: '', err: '' }
    const closed = (): never => {
      throw Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
    }
    expect(await runRelay(['keys'], { ...aWorld({}, written), out: closed })).toBe(141)
    expect(written.err).toBe('')
  })

  it('a failure that nobody expected is thrown, and not told as one of the operator', async () => {
    const world = aWorld(
      {
        env: { RELAY_URL: 'https://relay.example.com', ADMIN_TOKEN: 'x' },
        fetch: async () => Response.json({ portals: [], cursor: null }),
      },
      { out: '', err: '' },
    )
    const broken = { ...world, out: () => expect.fail('the disk is full') }
    await expect(runRelay(['portals'], broken)).rejects.toThrow('the disk is full')
  })
})
