import './page'
import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {Message} from '../src/messages'
import {Store, mergeMessages, newId} from '../src/store'

class Area {
  readonly items = new Map<string, string>()
  full = false
  getItem(key: string): string | null { return this.items.get(key) ?? null }
  setItem(key: string, value: string): void {
    if (this.full) {
      throw new Error('QuotaExceededError')
    }
    this.items.set(key, value)
  }
  removeItem(key: string): void { this.items.delete(key) }
}

function message(id: number, client_id: string | null = null): Message {
  return {
    id, at: '', from: 'bot', text: String(id), language: 'en', dir: 'ltr', topic: null, answer_version: null, urgent: false, buttons: [], contacts: [],
    sources: [], client_id,
  }
}

test('values are kept under the prefix', () => {
  const area = new Area()
  new Store('p:', area as unknown as Storage).set('a', {b: 1})
  assert.equal(area.items.get('p:a'), '{"b":1}')
  assert.deepEqual(new Store('p:', area as unknown as Storage).get('a'), {b: 1})
  assert.equal(new Store('q:', area as unknown as Storage).get('a'), undefined)
})

test('blocked storage works in memory', () => {
  const store = new Store('p:', null)
  store.set('a', [1])
  assert.deepEqual(store.get('a'), [1])
  store.remove('a')
  assert.equal(store.get('a'), undefined)
  store.set('a', 2)
  store.clear()
  assert.equal(store.get('a'), undefined)
})

test('full storage goes on in memory and comes back', () => {
  const area = new Area()
  const store = new Store('p:', area as unknown as Storage)
  store.set('a', 1)
  area.full = true
  store.set('a', 2)
  assert.equal(store.get('a'), 2)
  area.full = false
  store.set('a', 3)
  assert.equal(area.items.get('p:a'), '3')
  assert.equal(store.get('a'), 3)
})

test('what another tab wrote is seen, and rubbish is nothing', () => {
  const area = new Area()
  const store = new Store('p:', area as unknown as Storage)
  store.set('a', 1)
  area.setItem('p:a', '2')
  assert.equal(store.get('a'), 2)
  area.setItem('p:a', '{')
  assert.equal(store.get('a'), undefined)
})

test('clearing takes only our own keys', () => {
  localStorage.setItem('other', 'x')
  const store = new Store('p:')
  store.set('a', 1)
  store.clear()
  assert.equal(localStorage.getItem('p:a'), null)
  assert.equal(localStorage.getItem('other'), 'x')
})

test('merging sorts by id, drops doubles and replaces our copy by the one of the server', () => {
  const merged = mergeMessages([message(1), message(1.001, 'mine'), message(3)], [message(2, 'mine'), message(3)])
  assert.deepEqual(merged.map(({id}) => id), [1, 2, 3])
})

test('only the last 200 messages are kept', () => {
  const merged = mergeMessages([], Array.from({length: 250}, (_, i) => message(i + 1)))
  assert.equal(merged.length, 200)
  assert.equal(merged[0]?.id, 51)
})

test('ids are version 4 UUIDs and differ', () => {
  const ids = Array.from({length: 50}, newId)
  ids.forEach(id => { assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/) })
  assert.equal(new Set(ids).size, 50)
})
