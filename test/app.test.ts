/** The Worker's routes as a whole: an address that no route knows, and a failure that no route has caught. */
import { env } from 'cloudflare:workers'
import { createExecutionContext } from 'cloudflare:test'
import { expect, it, vi } from 'vitest'
import { createApp } from '../src/app.ts'

it('answers 404 in the one shape of errors for an address that it does not know', async () => {
  const answer = await createApp().request('/nothing', {}, env)
  expect(answer.status).toBe(404)
  expect(await answer.json()).toEqual({
    error: { code: 'not_found', message: 'Nothing is found at this address' },
  })
})

it('answers 500 for a failure of its own, logs it, and says nothing of it', async () => {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
  const broken = new Proxy(env, {
    get: (target, name) => {
      if (name === 'ADMIN_TOKEN') throw new Error('secret-of-the-failure')
      return Reflect.get(target, name) as unknown
    },
  })
  const answer = await createApp().fetch(
    new Request('https://relay.example.com/admin/api/portals/a'),
    broken,
    createExecutionContext(),
  )
  expect(answer.status).toBe(500)
  expect(await answer.text()).not.toContain('secret-of-the-failure')
  expect(logged.mock.calls.join()).toContain('request_failed')
  logged.mockRestore()
})
