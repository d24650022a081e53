import { expect, test } from 'vitest'
import { problemPage } from '../../../src/dashboard/pages/problem-page.tsx'
import { textOf } from '../../support/builders/a-page.ts'

test.each(['not_found', 'ambiguous_domain', 'foreign_form', 'failed'] as const)(
  '%s is told with a way on',
  async (problem) => {
    expect(await textOf(problemPage(problem))).toMatch(/\. To the overview$/)
  },
)
