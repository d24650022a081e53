/** The parts of a portal's object: each is built from those above it, and building one does nothing. */
import { env } from 'cloudflare:workers'
import { runInDurableObject } from 'cloudflare:test'
import { expect, it, vi } from 'vitest'
import { createPortalSettings } from '../../src/app.ts'
import type { Env } from '../../src/config/config.ts'
import { createParts } from '../../src/portal/parts.ts'

it('are built without a read, a write, an alarm or a word to the scheduler', async () => {
  const stub = env.PORTALS.getByName(crypto.randomUUID())
  await runInDurableObject(stub, async (_object, { storage }) => {
    const said: string[] = []
    const say = (word: string) => () => void said.push(word)
    const exec = vi.spyOn(storage.sql, 'exec')
    const parts = createParts({
      storage,
      memberId: 'a'.repeat(32),
      // Sound: the bindings of the test's Worker are those of the real one.
      settings: createPortalSettings(env as unknown as Env),
      scheduler: {
        advance: say('advance'),
        laneRested: say('laneRested'),
        background: say('background'),
        after: () => say('after'),
        report: say('report'),
      },
    })
    expect(said).toEqual([])
    expect(exec).not.toHaveBeenCalled()
    expect(await storage.getAlarm()).toBeNull()
    expect(parts.state.isKnown()).toBe(false)
    exec.mockRestore()
  })
})
