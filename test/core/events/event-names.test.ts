import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  canonicalName,
  deliveryType,
  displayName,
  BINDABLE_EVENTS,
  userFieldOf,
} from '../../../src/core/events/event-names.ts'

const FAMILIES = ['requisite', 'lead', 'deal', 'contact', 'company', 'quote', 'invoice', 'type']
const ACTIONS = {
  ADD: 'added',
  UPDATE: 'updated',
  DELETE: 'deleted',
  SETENUMVALUES: 'enum_values_set',
}

describe('canonicalName()', () => {
  it.each([
    ['ONCRMREQUISITEUSERFIELDUPDATE', 'ONCRMREQUISITEUSERFIELDUPDATE'],
    ['onCrmRequisiteUserFieldUpdate', 'ONCRMREQUISITEUSERFIELDUPDATE'],
    ['oncrmrequisiteuserfieldupdate', 'ONCRMREQUISITEUSERFIELDUPDATE'],
    ['OnAppSettingsInstall', 'ONAPPSETTINGSINSTALL'],
    ['onCrmDynamicItemUpdate_156', 'ONCRMDYNAMICITEMUPDATE_156'],
    ['ON1', 'ON1'],
    ['catalog.product.on.add', 'CATALOG.PRODUCT.ON.ADD'],
    ['Main.On.User.Type.Update', 'MAIN.ON.USER.TYPE.UPDATE'],
    ['partner.module:visit-end', 'PARTNER.MODULE:VISIT-END'],
    [`ON${'A'.repeat(120)}`, `ON${'A'.repeat(120)}`],
  ])('returns the upper-case code of %j', (raw, canonical) => {
    expect(canonicalName(raw)).toBe(canonical)
  })

  it.each([
    ['nothing', ''],
    ['ON alone', 'ON'],
    ['a digit at its beginning', '1CRMDEALADD'],
    ['a dot at its beginning', '.ON.ADD'],
    ['a glob', 'ONCRM*'],
    ['121 characters after ON', `ON${'A'.repeat(121)}`],
    ['a leading space', ' ONCRMDEALADD'],
    ['a trailing line break', 'ONCRMDEALADD\n'],
    ['a NUL', 'ONCRMDEALADD\0'],
    ['a zero-width space', 'ONCRM\u200bDEALADD'],
    ['a byte order mark', '\ufeffONCRMDEALADD'],
    ['a slash', 'ONCRM/DEALADD'],
    ['a Cyrillic letter', 'ONCRMDE\u0410LADD'],
    ['a dotless i', 'oncrmrequ\u0131siteadd'],
    ['a dotted capital I', 'ONCRMREQU\u0130SITEADD'],
    ['a long s', 'oncrmrequi\u017fiteadd'],
    ['a Kelvin sign', 'ONCRMBAN\u212aDETAILADD'],
    ['a sharp s', 'oncrm\u00dfadd'],
    ['full-width letters', '\uff2f\uff2eCRMDEALADD'],
  ])('returns null for a name with %s', (_, raw) => {
    expect(canonicalName(raw)).toBeNull()
  })

  it('returns null or a code that it keeps, for any string', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[oO][nN]\w{0,9}.?$/u)),
        (raw) => {
          const canonical = canonicalName(raw)
          if (canonical === null) return
          expect(canonical).toMatch(/^[A-Z][A-Z0-9_.:-]{2,121}$/)
          expect(canonicalName(canonical)).toBe(canonical)
        },
      ),
    )
  })
})

describe('displayName()', () => {
  it.each([
    ['ONCRMREQUISITEUSERFIELDUPDATE', 'onCrmRequisiteUserFieldUpdate'],
    ['ONCRMTYPEUSERFIELDSETENUMVALUES', 'onCrmTypeUserFieldSetEnumValues'],
    ['ONCRMBANKDETAILDELETE', 'onCrmBankDetailDelete'],
    ['ONCRMADDRESSUNREGISTER', 'onCrmAddressUnregister'],
    ['ONCRMDYNAMICITEMADD', 'onCrmDynamicItemAdd'],
    ['ONAPPUNINSTALL', 'onAppUninstall'],
    ['ONAPPSETTINGSINSTALL', 'OnAppSettingsInstall'],
    ['ONOFFLINEEVENT', 'onOfflineEvent'],
    ['ONTASKADD', 'OnTaskAdd'],
    ['ONIMCONNECTORLINEDELETE', 'OnImConnectorLineDelete'],
    ['CATALOG.PRODUCT.ON.ADD', 'CATALOG.PRODUCT.ON.ADD'],
    ['ONCRMDYNAMICITEMUPDATE_147', 'onCrmDynamicItemUpdate_147'],
  ])('spells %s as the documentation does', (canonical, documented) => {
    expect(displayName(canonical)).toBe(documented)
  })

  it.each(['ONSOMETHINGNEW', 'ACME:VISIT', 'constructor', '__proto__'])(
    'returns %s itself, which no table holds',
    (code) => {
      expect(displayName(code)).toBe(code)
    },
  )

  it('differs from the code in case only, for every known event', () => {
    const wrong = BINDABLE_EVENTS.filter((name) => displayName(name.toUpperCase()) !== name)
    expect(wrong).toEqual([])
  })
})

describe('BINDABLE_EVENTS', () => {
  it('holds the 32 user-field events first, and no name twice', () => {
    const codes = BINDABLE_EVENTS.map((name) => canonicalName(name))
    expect(codes.slice(0, 32).every((code) => code !== null && userFieldOf(code) !== null)).toBe(
      true,
    )
    expect(codes.slice(32).filter((code) => code === null || userFieldOf(code) !== null)).toEqual(
      [],
    )
    expect(new Set(codes).size).toBe(codes.length)
  })

  it('holds no event of the application itself or of its bots, and none that is misspelt', () => {
    const pattern = /^on(?:App|ImBot|ImCommand|Offline|TaskCommenD|LeadDelete)/i
    expect(BINDABLE_EVENTS.filter((name) => pattern.test(name))).toEqual([])
  })

  it('holds events of every module', () => {
    expect(BINDABLE_EVENTS).toEqual(
      expect.arrayContaining(['CATALOG.PRICE.ON.ADD', 'OnTaskAdd', 'ONVOXIMPLANTCALLEND']),
    )
  })
})

describe('userFieldOf()', () => {
  const events = FAMILIES.flatMap((family) =>
    Object.entries(ACTIONS).map(([verb, action]) => ({
      code: `ONCRM${family.toUpperCase()}USERFIELD${verb}`,
      family,
      action,
    })),
  )
  it.each(events)('reads $family and $action from $code', ({ code, family, action }) => {
    expect(userFieldOf(code)).toEqual({ family, action })
    expect(deliveryType(code)).toBe(`bitrix24.crm.${family}_user_field.${action}`)
  })

  it.each([
    'ONCRMREQUISITEUPDATE',
    'ONCRMBANKDETAILUSERFIELDADD',
    'ONCRMREQUISITEUSERFIELD',
    'toString',
  ])('returns null for %s', (code) => {
    expect(userFieldOf(code)).toBeNull()
  })
})

describe('deliveryType()', () => {
  it.each([
    ['ONCRMREQUISITEUPDATE', 'bitrix24.event.oncrmrequisiteupdate'],
    ['ONIMCONNECTORLINEDELETE', 'bitrix24.event.onimconnectorlinedelete'],
    ['CATALOG.PRODUCT.ON.ADD', 'bitrix24.event.catalog.product.on.add'],
  ])('names %s, which is about no user field, by its code', (code, type) => {
    expect(deliveryType(code)).toBe(type)
  })
})
