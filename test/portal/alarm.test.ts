/** The one alarm of a portal: moved forward when something is due earlier, and left alone otherwise. */
import { describe, expect, it } from 'vitest'
import { AlarmKeeper, type AlarmStorage } from '../../src/portal/alarm.ts'
import { NOW } from '../support/time.ts'

/** The platform's alarm: it refuses a time that is not after the epoch. */
class Storage implements AlarmStorage {
  readonly writes: (number | null)[] = []
  at: number | null = null

  getAlarm(): Promise<number | null> {
    return Promise.resolve(this.at)
  }

  setAlarm(at: number): Promise<void> {
    if (at <= 0)
      return Promise.reject(new TypeError('setAlarm() cannot be called with an alarm time <= 0'))
    this.writes.push(at)
    this.at = at
    return Promise.resolve()
  }

  deleteAlarm(): Promise<void> {
    this.writes.push(null)
    this.at = null
    return Promise.resolve()
  }
}

function anAlarm() {
  const storage = new Storage()
  return { storage, alarm: new AlarmKeeper(storage, () => NOW) }
}

describe('ensure()', () => {
  it('sets the alarm, and writes nothing while one stands early enough', async () => {
    const { alarm, storage } = anAlarm()
    await alarm.ensure(NOW + 9)
    await alarm.ensure(NOW + 9)
    await alarm.ensure(NOW + 20)
    await alarm.ensure(null)
    await alarm.ensure(NOW + 5)
    expect(storage.writes).toEqual([NOW + 9, NOW + 5])
  })

  it('asks for a better time only when it writes, and takes it only when it is earlier and to come', async () => {
    const { alarm, storage } = anAlarm()
    await alarm.ensure(NOW + 9, () => NOW + 10)
    await alarm.ensure(NOW + 20, () => {
      throw new Error('No write is needed')
    })
    await alarm.ensure(NOW + 8, () => NOW)
    await alarm.ensure(NOW + 7, () => NOW + 6)
    expect(storage.writes).toEqual([NOW + 9, NOW + 8, NOW + 6])
  })

  it('knows what stands in storage once it is loaded, and that a fired alarm is gone', async () => {
    const { alarm, storage } = anAlarm()
    storage.at = NOW + 3
    await alarm.load()
    await alarm.ensure(NOW + 4)
    expect(storage.writes).toEqual([])
    storage.at = null
    await alarm.load()
    await alarm.ensure(NOW + 4)
    expect(storage.writes).toEqual([NOW + 4])
  })

  it('counts an alarm as not set when its transaction is rolled back', async () => {
    const { alarm, storage } = anAlarm()
    alarm.begin()
    await alarm.ensure(NOW + 4)
    alarm.rolledBack()
    await alarm.ensure(NOW + 4)
    expect(storage.writes).toEqual([NOW + 4, NOW + 4])
  })

  it('counts an alarm as not set when the write fails', async () => {
    const { alarm, storage } = anAlarm()
    storage.setAlarm = () => Promise.reject(new Error('storage failed'))
    await expect(alarm.ensure(NOW + 4)).rejects.toThrow('storage failed')
    // Sound: the method of the class stands behind the one that is deleted.
    delete (storage as Partial<Storage>).setAlarm
    await alarm.ensure(NOW + 4)
    expect(storage.writes).toEqual([NOW + 4])
  })
})

describe('moveTo()', () => {
  it('moves the alarm to a later time, and takes it away', async () => {
    const { alarm, storage } = anAlarm()
    await alarm.ensure(NOW + 5)
    await alarm.moveTo(NOW + 60)
    await alarm.moveTo(NOW + 60)
    await alarm.moveTo(null)
    expect(storage.writes).toEqual([NOW + 5, NOW + 60, null])
  })

  it('moves the alarm to now for what is due at once or was due before', async () => {
    const { alarm, storage } = anAlarm()
    await alarm.ensure(NOW + 5)
    await alarm.moveTo(0)
    expect(storage.at).toBe(NOW)
  })
})

it('an alarm is set in whole milliseconds, and never before its time', async () => {
  const { alarm, storage } = anAlarm()
  await alarm.ensure(NOW + 8.5)
  await alarm.moveTo(NOW + 20.1)
  expect(storage.writes).toEqual([NOW + 9, NOW + 21])
})

describe('stands()', () => {
  it('rejects when storage has refused the last alarm, until one is set', async () => {
    const { alarm, storage } = anAlarm()
    await expect(alarm.stands()).resolves.toBeUndefined()
    const setAlarm = storage.setAlarm.bind(storage)
    storage.setAlarm = () => Promise.reject(new Error('disk is full'))
    await expect(alarm.ensure(NOW + 9)).rejects.toThrow('disk is full')
    await expect(alarm.stands()).rejects.toThrow('disk is full')
    storage.setAlarm = setAlarm
    await alarm.ensure(NOW + 9)
    await expect(alarm.stands()).resolves.toBeUndefined()
  })

  it('forgets an alarm whose transaction was rolled back', async () => {
    const { alarm, storage } = anAlarm()
    storage.setAlarm = () => Promise.reject(new Error('disk is full'))
    alarm.begin()
    await expect(alarm.ensure(NOW + 9)).rejects.toThrow('disk is full')
    alarm.rolledBack()
    await expect(alarm.stands()).resolves.toBeUndefined()
  })
})
