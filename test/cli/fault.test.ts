import { expect, it } from 'vitest'
import { EXIT } from '../../cli/exit-codes.ts'
import { Fault, RelayFault } from '../../cli/fault.ts'

it('a Fault carries its sentence, its exit code and its remedy', () => {
  const fault = new Fault(EXIT.denied, 'Not let in', 'Set the token')
  expect(fault).toBeInstanceOf(Error)
  expect([fault.message, fault.exitCode, fault.remedy]).toEqual(['Not let in', 4, 'Set the token'])
  expect(new Fault(EXIT.usage, 'Wrong').remedy).toBeNull()
})

it('a Fault has a word for programs: that of its exit code, or that of the relay', () => {
  expect(new Fault(EXIT.denied, 'Not let in').code).toBe('denied')
  const told = new RelayFault(EXIT.refused, { code: 'too_many_jobs', message: 'Too many' })
  expect([told.code, told.message]).toEqual(['too_many_jobs', 'Too many (too_many_jobs)'])
})
