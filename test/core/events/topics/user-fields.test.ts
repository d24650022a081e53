import { expect, it } from 'vitest'
import { USER_FIELD_TOPICS } from '../../../../src/core/events/topics/user-fields.ts'

it('the user fields of the CRM have eight families with four events each', () => {
  const crm = USER_FIELD_TOPICS.filter(({ scope }) => scope === 'crm')
  expect(crm).toHaveLength(8)
  expect(crm[0]).toEqual({
    kind: 'requisite_user_field',
    scope: 'crm',
    events: {
      onCrmRequisiteUserFieldAdd: 'added',
      onCrmRequisiteUserFieldUpdate: 'updated',
      onCrmRequisiteUserFieldDelete: 'deleted',
      onCrmRequisiteUserFieldSetEnumValues: 'enum_values_set',
    },
  })
  expect(crm.every(({ events }) => Object.keys(events).length === 4)).toBe(true)
})
