import {hurry, pause, until, window} from './page'
import assert from 'node:assert/strict'
import {afterEach, beforeEach, mock, test} from 'node:test'
import {Session} from '../src/session'
import type {Listener} from '../src/session'
import {Store} from '../src/store'
import {streamOf} from '../src/stream'
import type {Outgoing} from '../src/store'
import {Api} from '../src/transport'
import {FakeSafar} from './server.mjs'

hurry(50)

let fake: FakeSafar
let address: string
let lives: AbortController[]

beforeEach(async () => {
  lives = []
  localStorage.clear()
  fake = new FakeSafar()
  address = await fake.start()
})

afterEach(async () => {
  lives.forEach(life => { life.abort() })
  await fake.stop()
})

interface Tab {
  session: Session
  store: Store
  life: AbortController
  refusals: {item: Outgoing; message: string}[]
  forgotten: number
}

/** One tab of the browser; all share the storage of the page, unless another is given. */
function tab(store = new Store('safar:')): Tab {
  const life = new AbortController()
  const api = new Api(address + '/api/v1', life.signal)
  const made: Partial<Tab> = {store, life, refusals: [], forgotten: 0}
  const whole = made as Tab
  const listener: Listener = {
    changed: () => undefined,
    profile: () => ({language: 'en'}),
    refused: (item, message) => { whole.refusals.push({item, message}) },
    forgotten: () => { whole.forgotten += 1 },
  }
  whole.session = new Session(api, store, listener)
  whole.session.follow(streamOf(api, whole.session))
  lives.push(life)
  whole.session.start()
  return whole
}

function texts({session}: Tab): string[] {
  return session.conversation?.messages.map(({text}) => text.slice(0, 12)) ?? []
}

function posts(): string[] {
  return fake.log.filter(line => /^POST .*messages$/.test(line))
}

function chatOf({session}: Tab) {
  return fake.chats.get(session.conversation?.id ?? '')!
}

test('opening shows the welcome, and without opening nothing is asked of the server', async () => {
  const one = tab()
  await pause(30)
  assert.deepEqual(fake.log, [])
  one.session.open()
  await until('welcome', () => texts(one).length === 1)
  assert.deepEqual(texts(one), ['Hello. I am '])
})

test('a message is answered once, in its place, and leaves the outbox', async () => {
  const one = tab()
  one.session.open()
  one.session.send({text: 'hi'})
  assert.equal(one.session.outbox.length, 1)
  await until('answer', () => texts(one).includes('Echo: hi'))
  await pause(50)
  assert.deepEqual(texts(one), ['Hello. I am ', 'hi', 'Echo: hi'])
  assert.equal(one.session.outbox.length, 0)
  assert.equal(one.session.sending, false)
})

test('messages are sent one at a time in the order of writing', async () => {
  const one = tab()
  fake.answerDelay_ms = 400
  for (const text of ['a', 'b', 'c']) {
    one.session.send({text})
  }
  await until('answers', () => one.session.outbox.length === 0)
  await pause(30)
  assert.deepEqual(texts(one).filter(text => !text.startsWith('Hello')), ['a', 'Echo: a', 'b', 'Echo: b', 'c', 'Echo: c'])
})

test('a lost answer is asked for again with the same id and comes once', async () => {
  const one = tab()
  one.session.open()
  await until('welcome', () => texts(one).length === 1)
  fake.faults = [{match: /POST .*messages/, status: 0, times: 1, cut: true}]
  one.session.send({text: 'hi'})
  await until('answer', () => one.session.outbox.length === 0)
  await pause(30)
  assert.equal(posts().length, 2)
  assert.equal(chatOf(one).messages.filter(({from}) => from === 'person').length, 1)
  assert.deepEqual(texts(one), ['Hello. I am ', 'hi', 'Echo: hi'])
})

test('a server that is down for a while loses nothing', async () => {
  const one = tab()
  fake.faults = [{match: /POST/, status: 503, times: 3}]
  one.session.send({text: 'a'})
  one.session.send({text: 'b'})
  await until('trouble is known', () => one.session.problem?.away)
  await until('answers', () => one.session.outbox.length === 0)
  assert.equal(one.session.problem, null)
  assert.deepEqual(texts(one).filter(text => text.startsWith('Echo')), ['Echo: a', 'Echo: b'])
})

test('coming online sends at once', async () => {
  const one = tab()
  fake.faults = [{match: /POST/, status: 503, times: 5}]
  one.session.send({text: 'a'})
  await until('a wait of half a minute', () => fake.log.length === 5 && one.session.problem)
  await pause(20)
  window.dispatchEvent(new window.Event('online'))
  await until('answer', () => texts(one).includes('Echo: a'), 300)
})

test('too many: the message of the server is shown and its time is waited for', async () => {
  const one = tab()
  one.session.open()
  await until('welcome', () => texts(one).length === 1)
  fake.faults = [{match: /POST/, status: 429, times: 1, headers: {'Retry-After': '10'}, body: {error: {code: 'too_fast', message: 'Wait 10 seconds.'}}}]
  one.session.send({text: 'a'})
  await until('limit', () => one.session.problem)
  assert.equal(one.session.problem?.message, 'Wait 10 seconds.')
  one.session.send({text: 'b'})
  window.dispatchEvent(new window.Event('online'))
  await pause(100)
  assert.equal(posts().length, 1)
  await until('answers', () => one.session.outbox.length === 0)
  assert.equal(posts().length, 3)
  assert.equal(one.session.problem, null)
})

test('a refused message goes back to the person and does not block the next', async () => {
  const one = tab()
  one.session.send({text: 'x'.repeat(2001)})
  one.session.send({text: 'short'})
  await until('answer', () => texts(one).includes('Echo: short'))
  assert.equal(one.refusals[0]?.message, 'Your message is too long for me.')
  assert.equal(posts().length, 2)
})

test('a reload keeps the conversation and sends what was left', async () => {
  const first = tab()
  first.session.open()
  await until('welcome', () => texts(first).length === 1)
  fake.faults = [{match: /POST/, status: 500, times: 99}]
  first.session.send({text: 'a'})
  await until('trouble', () => first.session.problem)
  first.life.abort()
  fake.faults = []
  const second = tab()
  assert.deepEqual(texts(second), ['Hello. I am '])
  await until('answer', () => texts(second).includes('Echo: a'))
  assert.equal(fake.chats.size, 1)
})

test('a counsellor is heard over the stream', async () => {
  const one = tab()
  one.session.open()
  await until('stream', () => one.session.conversation && chatOf(one).streams.size === 1)
  fake.operatorSays(one.session.conversation!.id, 'I am here')
  await until('operator', () => texts(one).includes('I am here'))
  assert.equal(one.session.conversation?.held_by, 'operator')
  one.session.send({text: 'thanks'})
  await until('sent', () => one.session.outbox.length === 0)
  await pause(30)
  assert.deepEqual(texts(one), ['Hello. I am ', 'I am here', 'thanks'])
})

test('a stream that broke is opened again and misses nothing', async () => {
  const one = tab()
  one.session.open()
  await until('stream', () => one.session.conversation && chatOf(one).streams.size === 1)
  await pause(120)
  chatOf(one).streams.forEach(stream => { stream.destroy() })
  fake.operatorSays(one.session.conversation!.id, 'meanwhile')
  await until('message', () => texts(one).includes('meanwhile'))
  await until('stream', () => chatOf(one).streams.size === 1)
})

test('without streams it polls', async () => {
  fake.streams = false
  const one = tab()
  one.session.open()
  await until('welcome', () => texts(one).length === 1)
  fake.operatorSays(one.session.conversation!.id, 'polled')
  await until('message', () => texts(one).includes('polled'))
})

test('polling rests while the page is hidden', async () => {
  fake.streams = false
  const hide = (hidden: boolean) => Object.defineProperty(document, 'hidden', {value: hidden, configurable: true})
  const one = tab()
  hide(true)
  one.session.open()
  await until('welcome', () => texts(one).length === 1)
  await pause(700)
  assert.equal(fake.log.filter(line => /GET .*messages/.test(line)).length, 0)
  hide(false)
  document.dispatchEvent(new window.Event('visibilitychange') as unknown as Event)
  await until('poll', () => fake.log.some(line => /GET .*messages/.test(line)))
})

test('a conversation that is gone is replaced silently at the next message', async () => {
  const one = tab()
  one.session.open()
  await until('welcome', () => texts(one).length === 1)
  const [id] = fake.chats.keys()
  fake.chats.clear()
  one.session.send({text: 'again'})
  await until('answer', () => texts(one).includes('Echo: again'))
  assert.notEqual(one.session.conversation?.id, id)
  assert.deepEqual(texts(one), ['again', 'Echo: again'])
})

test('a conversation that goes while nothing is written is forgotten, and no new one is begun', async () => {
  const one = tab()
  one.session.open()
  await until('stream', () => one.session.conversation && chatOf(one).streams.size === 1)
  const {streams} = chatOf(one)
  fake.chats.clear()
  streams.forEach(stream => stream.end())
  await until('forgotten', () => one.forgotten === 1)
  await pause(200)
  assert.equal(one.session.conversation, undefined)
  assert.equal(fake.chats.size, 0)
})

test('a server that loses every conversation is not asked in a hurry', async () => {
  const one = tab()
  fake.faults = [{match: /POST .*messages/, status: 404, times: 1000}]
  one.session.send({text: 'a'})
  await pause(300)
  assert.ok(fake.log.length < 20, `${fake.log.length} requests in 15 seconds`)
})

test('deleting forgets here at once and on the server when it can be reached', async () => {
  const one = tab()
  one.session.open()
  await until('welcome', () => texts(one).length === 1)
  fake.faults = [{match: /DELETE/, status: 503, times: 1}]
  one.session.forget()
  assert.equal(one.session.conversation, undefined)
  assert.equal(fake.chats.size, 1)
  await until('deleted', () => fake.chats.size === 0)
  await until('told', () => one.forgotten === 1)
  await pause(100)
  assert.equal(fake.chats.size, 0)
})

test('a change of language made offline arrives before the next message', async () => {
  const one = tab()
  one.session.open()
  await until('welcome', () => texts(one).length === 1)
  fake.faults = [{match: /PATCH/, status: 503, times: 1}]
  one.session.change({language: 'ar'})
  one.session.send({text: 'a'})
  await until('answer', () => one.session.outbox.length === 0)
  assert.equal(one.session.conversation?.language, 'ar')
  const order = fake.log.filter(line => /PATCH|POST .*messages/.test(line)).map(line => line.slice(0, 5))
  assert.deepEqual(order, ['PATCH', 'PATCH', 'POST '])
})

test('a poll that was asked before a change of language does not undo it', async () => {
  fake.streams = false
  const polls = () => fake.log.filter(line => /^GET .*messages$/.test(line)).length
  const one = tab()
  one.session.open()
  await until('welcome', () => texts(one).length === 1)
  fake.pollDelay_ms = 10_000  // 200 ms in a hurry
  const before = polls()
  await until('the poll', () => polls() > before)
  one.session.change({language: 'ar'})
  await until('the change', () => one.session.conversation?.language === 'ar')
  await until('the next poll', () => polls() > before + 1)
  assert.equal(one.session.conversation?.language, 'ar')
})

test('another tab sees what this one sent, and its deletion', async () => {
  const one = tab()
  const other = tab()
  one.session.open()
  one.session.send({text: 'a'})
  await until('answer', () => texts(one).includes('Echo: a'))
  assert.deepEqual(texts(other), texts(one))
  window.dispatchEvent(new window.StorageEvent('storage', {key: 'safar:conversation'}))
  await until('second stream', () => chatOf(one).streams.size === 2)
  one.session.forget()
  window.dispatchEvent(new window.StorageEvent('storage', {key: 'safar:conversation'}))
  await until('deleted', () => fake.chats.size === 0)
  await pause(150)
  assert.equal(other.session.conversation, undefined)
  assert.equal(fake.chats.size, 0)
})

test('with storage and locks blocked a conversation still works', async () => {
  mock.method(navigator.locks, 'request', () => Promise.reject(new Error('SecurityError')))
  const one = tab(new Store('safar:', null))
  one.session.send({text: 'a'})
  await until('answer', () => texts(one).includes('Echo: a'))
  mock.restoreAll()
})

test('after the end of life nothing is sent any more', async () => {
  const one = tab()
  one.session.open()
  await until('welcome', () => texts(one).length === 1)
  one.life.abort()
  await pause(50)
  const before = fake.log.length
  one.session.send({text: 'late'})
  window.dispatchEvent(new window.Event('online'))
  await pause(700)
  assert.equal(fake.log.length, before)
})
