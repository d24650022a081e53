/** How many records of a portal each key has sealed. */
import { expect, it } from 'vitest'
import { sealsView } from '../../../src/portal/views/seals-view.ts'
import { NO_INSTALL, type InstallState } from '../../../src/core/access/installs/install.ts'
import { createSealer } from '../../../src/storage/seal.ts'
import { anApplication } from '../../support/builders/an-install.ts'

const bytes = (fill: number) => new Uint8Array(32).fill(fill)
const OLD = { id: 'k1', key: bytes(1) }
const NEW = { id: 'k2', key: bytes(2) }
const PLACE = { memberId: 'a'.repeat(32), field: 'tokens' }

async function sealed(key: typeof OLD): Promise<string> {
  const text = await createSealer([key]).seal('secret', PLACE)
  return text.ok ? text.value : ''
}

it('sealsView() counts by key, the newest first, and those of keys that are configured no more', async () => {
  const application = anApplication({
    tokens: await sealed(NEW),
    systemTokens: await sealed(OLD),
  })
  const install: InstallState = { ...NO_INSTALL, application, kvDirty: true }
  const values = new Map([
    ['A', await sealed(OLD)],
    ['B', await sealed({ id: 'gone', key: bytes(3) })],
    ['C', 'damaged'],
  ])
  const state = {
    install: () => install,
    pending: () => null,
    rows: { loadValues: () => values },
  }
  expect(sealsView({ config: { sealer: createSealer([NEW, OLD]) }, state })).toEqual({
    keys: [
      { key: 'k2', configured: true, newest: true, records: 1 },
      { key: 'k1', configured: true, newest: false, records: 2 },
      { key: 'gone', configured: false, newest: false, records: 1 },
    ],
    copyBehind: true,
  })
})
