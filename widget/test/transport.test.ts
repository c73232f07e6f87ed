import './page'
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {readEvents} from '../src/stream'
import {Api, ApiError} from '../src/transport'
import {FakeSafar} from './server.mjs'

const fake = new FakeSafar()
const life = new AbortController()
let api: Api

before(async () => { api = new Api((await fake.start()) + '/api/v1', life.signal) })
after(() => fake.stop())

function body(...chunks: string[]): ReadableStream<Uint8Array> {
  const bytes = chunks.map(chunk => Buffer.from(chunk, 'latin1'))
  return new ReadableStream({
    start(controller) {
      bytes.forEach(chunk => { controller.enqueue(chunk) })
      controller.close()
    },
  })
}

async function eventsOf(...chunks: string[]): Promise<string[]> {
  const seen: string[] = []
  await readEvents(body(...chunks), (type, data) => { seen.push(`${type}=${data}`) }, () => undefined)
  return seen
}

test('events are read whole however they are cut', async () => {
  const text = 'id: 7\nevent: message\ndata: {"a":\ndata: 1}\n\n: still here\n\nevent: state\r\ndata: x\r\n\r\ndata:y\n\n'
  const whole = ['message={"a":\n1}', 'state=x', 'message=y']
  assert.deepEqual(await eventsOf(text), whole)
  assert.deepEqual(await eventsOf(...Array.from(text)), whole)
})

test('a letter cut in two bytes stays one letter', async () => {
  assert.deepEqual(await eventsOf('data: \xd8', '\xb3\n\n'), ['message=\u0633'])
})

test('comments are heard but are no events', async () => {
  let heard = 0
  await readEvents(body(': a\n\n', ': b\n\n'), () => { assert.fail() }, () => { heard += 1 })
  assert.equal(heard, 2)
})

async function failureOf(status: number, rest = {}): Promise<ApiError> {
  fake.faults = [{match: /emergency/, status, times: 1, ...rest}]
  return api.request('GET', '/emergency').then(
    () => assert.fail('no error'),
    (error: unknown) => error as ApiError,
  )
}

test('errors carry the message of the server and the time to wait', async () => {
  const error = await failureOf(429, {headers: {'Retry-After': '7'}, body: {error: {code: 'too_fast', message: 'Wait, please.'}}})
  assert.equal(error.status, 429)
  assert.equal(error.message, 'Wait, please.')
  assert.equal(error.retryAfter_s, 7)
  assert.equal(error.refused, false)
})

test('Retry-After may be a date', async () => {
  const error = await failureOf(429, {headers: {'Retry-After': new Date(Date.now() + 60_000).toUTCString()}})
  assert.ok(error.retryAfter_s > 50 && error.retryAfter_s <= 60)
})

test('a page of a proxy instead of our JSON is an error without a message', async () => {
  const error = await failureOf(502, {body: 'Bad Gateway'})
  assert.deepEqual([error.status, error.message, error.away], [502, '', true])
})

test('what is gone, refused or away is told apart', () => {
  const kinds = [0, 400, 401, 404, 409, 413, 422, 429, 500, 503].map(status => {
    const {gone, refused, away} = new ApiError(status)
    return `${status}${gone ? ' gone' : ''}${refused ? ' refused' : ''}${away ? ' away' : ''}`
  })
  assert.deepEqual(kinds, ['0 away', '400 refused', '401 gone refused', '404 gone refused', '409', '413 refused', '422 refused', '429', '500', '503 away'])
})

test('no server is status 0, and nothing leaves after the end of life', async () => {
  const gone = new Api('http://127.0.0.1:9/api/v1', life.signal)
  await assert.rejects(gone.request('GET', '/emergency'), {status: 0})
  const dead = new AbortController()
  dead.abort()
  const address = fake.log.length
  await assert.rejects(new Api('http://127.0.0.1:9', dead.signal).request('GET', '/emergency'), {status: 0})
  assert.equal(fake.log.length, address)
})
