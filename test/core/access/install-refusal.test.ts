import { describe, expect, it } from 'vitest'
import { INSTALL_REFUSALS, remedyOfRefusal } from '../../../src/core/access/install-refusal.ts'

describe('a refused installation', () => {
  it('has a remedy of its own where another application is in the way', () => {
    const others = INSTALL_REFUSALS.filter((reason) => reason !== 'another_application')
    expect(remedyOfRefusal('another_application')).toMatch(/^Uninstall the application/u)
    expect(new Set(others.map(remedyOfRefusal))).toEqual(
      new Set([expect.stringMatching(/^Let an administrator of the portal open/u)]),
    )
  })
})
