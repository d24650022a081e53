import { describe, expect, it } from 'vitest'
import { formatConfig } from '../../../bench/runtime/config.ts'

const SETUP = { module: 'worker.js', objects: [{ binding: 'STORE', className: 'Store' }] }

describe('formatConfig()', () => {
  it('gives each class storage of its own, and the Worker a binding to it', () => {
    const config = formatConfig(SETUP)
    expect(config).toContain('(name = "STORE", durableObjectNamespace = "Store")')
    expect(config).toContain('(className = "Store", uniqueKey = "Store", enableSql = true)')
  })

  it('writes a setting with quotes and line ends as one text', () => {
    const settings = { DESTINATIONS: '[{"name":"a"}]\n' }
    expect(formatConfig({ ...SETUP, settings })).toContain(
      String.raw`(name = "DESTINATIONS", text = "[{\"name\":\"a\"}]\n")`,
    )
  })

  it('brings the stand-in for KV only where it is bound', () => {
    expect(formatConfig(SETUP)).not.toContain('kvNamespace')
    const config = formatConfig({ ...SETUP, kv: 'INSTALLS' })
    expect(config).toContain('(name = "INSTALLS", kvNamespace = "kv")')
    expect(config).toContain('embed "kv.js"')
  })
})
