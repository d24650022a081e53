import { expect, it } from 'vitest'
import { EXIT } from '../../cli/exit-codes.ts'
import { Fault } from '../../cli/fault.ts'

it('a Fault carries its sentence, its exit code and its remedy', () => {
  const fault = new Fault(EXIT.denied, 'Not let in', 'Set the token')
  expect(fault).toBeInstanceOf(Error)
  expect([fault.message, fault.exitCode, fault.remedy]).toEqual(['Not let in', 4, 'Set the token'])
  expect(new Fault(EXIT.usage, 'Wrong').remedy).toBeNull()
})
