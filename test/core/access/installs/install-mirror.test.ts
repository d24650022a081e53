import { describe, expect, it } from 'vitest'
import { changeApplication, mirrorOf } from '../../../../src/core/access/installs/install-mirror.ts'
import { NO_INSTALL } from '../../../../src/core/access/installs/install.ts'
import { anApplication } from '../../../support/builders/an-install.ts'
import { NOW } from '../../../support/time.ts'

describe('mirrorOf()', () => {
  it('holds the tokens of application and webhooks, and no pair where there is no application', () => {
    const install = {
      ...NO_INSTALL,
      generation: 2,
      hashes: [{ hash: 'former', until: NOW }],
      webhooks: [{ hash: 'w1', portal: 'acme.bitrix24.com', since: NOW }],
    }
    expect(mirrorOf(install)).toEqual({
      generation: 2,
      hashes: [
        { hash: 'former', until: NOW },
        { hash: 'w1', until: null },
      ],
      tokens: null,
      systemTokens: null,
      domain: null,
    })
  })
})

describe('changeApplication()', () => {
  const application = anApplication({ tokens: 'sealed', finished: false })
  const installed = { ...NO_INSTALL, application }

  it.each([
    ['sets the dirty flag for a new pair', { tokens: 'sealed-again' }, true],
    ['sets it not for what KV does not hold', { finished: true }, false],
  ])('%s', (_name, changes, kvDirty) => {
    expect(changeApplication(installed, changes)).toEqual({
      ...installed,
      application: { ...application, ...changes },
      kvDirty,
    })
  })

  it('never takes the dirty flag away', () => {
    const behind = { ...installed, kvDirty: true }
    expect(changeApplication(behind, { finished: true }).kvDirty).toBe(true)
  })

  it('changes nothing where no application is recorded', () => {
    expect(changeApplication(NO_INSTALL, { finished: true })).toBe(NO_INSTALL)
  })
})
