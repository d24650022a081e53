import { expect, it } from 'vitest'
import { asEntry } from '../../../src/core/bulletins/bulletin.ts'
import { NO_INSTALL } from '../../../src/core/access/installs/install.ts'
import { BulletinParcels } from '../../../src/portal/bulletins/bulletin-parcels.ts'
import { NOW } from '../../support/time.ts'

it('tells a bulletin under its own id, of the portal as it was called last', () => {
  const install = { ...NO_INSTALL, endedDomain: 'acme.bitrix24.com' }
  const parcels = new BulletinParcels({
    memberId: 'm',
    state: { install: () => install },
    parcels: { dashboard: () => 'https://relay.example.com/admin/portals/m' },
  })
  const told = { type: 'relay.portal.uninstalled', about: null, data: {}, to: [] } as const
  const entry = asEntry({ n: 5, at: NOW, fates: {}, ...told })
  expect(parcels.create([entry], { previousSequence: 4, replayed: true })).toMatchObject({
    dashboard: 'https://relay.example.com/admin/portals/m',
    deliveries: [
      {
        id: 'm-relay-5',
        domain: 'acme.bitrix24.com',
        sequence: null,
        previousSequence: null,
        receivedAt: NOW,
        replayed: true,
        event: { name: 'relay.portal.uninstalled' },
      },
    ],
  })
})
