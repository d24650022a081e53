/** The robot address of a portal: its secret is known by its hash, and counted. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { InstallState } from '../../../src/core/access/installs/install.ts'
import { NO_INSTALL } from '../../../src/core/access/installs/install.ts'
import { NO_PROOFS, type RobotProofs } from '../../../src/core/access/robot-hints.ts'
import { RobotAddress } from '../../../src/portal/installs/robot-address.ts'
import { parseRobotSecret } from '../../../src/storage/robot-secret.ts'
import { hashToken } from '../../../src/storage/token-hash.ts'
import { anInstall } from '../../support/builders/an-install.ts'
import { NOW } from '../../support/time.ts'
import { MEMBER_ID } from '../../support/identity.ts'

let now: number
let install: InstallState
let stored: RobotProofs

beforeEach(() => {
  now = NOW
  install = { ...anInstall(), kvDirty: false }
  stored = NO_PROOFS
})

function anAddress(): RobotAddress {
  const address = new RobotAddress({
    memberId: MEMBER_ID,
    rows: { loadRobotProofs: () => stored, saveRobotProofs: (proofs) => void (stored = proofs) },
    state: {
      install: () => install,
      changeInstall: (change) => void (install = change(install)),
    },
    world: { now: () => now },
  })
  address.load()
  return address
}

async function hashOf(secret: string | null): Promise<string> {
  return hashToken(MEMBER_ID, parseRobotSecret(secret ?? '')?.token ?? '')
}

describe('a robot address', () => {
  it('is known after a restart by the hash of its secret, which alone is stored', async () => {
    const secret = await anAddress().renew()
    expect(JSON.stringify(stored)).not.toContain(secret?.split('.')[1])
    const hash = await hashOf(secret)
    expect(anAddress().trusts(hash, null)).toBe(true)
    expect(anAddress().trusts('f'.repeat(64), null)).toBe(false)
    expect(anAddress().hash()).toBe(hash)
  })

  it('is told to KV, as is its end', async () => {
    const address = anAddress()
    await address.renew()
    expect(install.kvDirty).toBe(true)
    install = { ...install, kvDirty: false }
    expect([address.remove(), address.remove()]).toEqual([true, false])
    expect(install.kvDirty).toBe(true)
  })

  it('is not made for a portal where nothing is installed', async () => {
    install = NO_INSTALL
    expect(await anAddress().renew()).toBeNull()
    expect(stored).toBe(NO_PROOFS)
  })

  it('ends with the installation; what was acknowledged before is believed, unless it was erased', async () => {
    const address = anAddress()
    const hash = await hashOf(await address.renew())
    now += 1000
    address.end({ clean: false })
    expect([address.trusts(hash, null), address.trusts(hash, NOW)]).toEqual([false, true])
    address.end({ clean: true })
    expect(address.trusts(hash, NOW)).toBe(false)
  })

  it('takes 60 hints a minute, and counts nothing else', async () => {
    const address = anAddress()
    const hash = await hashOf(await address.renew())
    const taken = Array.from({ length: 61 }, () => address.isWithinLimit(hash))
    expect(taken.filter(Boolean)).toHaveLength(60)
    expect(address.isWithinLimit('another token')).toBe(true)
    now += 60_000
    expect(address.isWithinLimit(hash)).toBe(true)
  })
})
