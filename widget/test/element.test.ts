import {hurry, pause, until, window} from './page'
import assert from 'node:assert/strict'
import {afterEach, beforeEach, test} from 'node:test'
import {SafarChat} from '../src/element'
import {extend} from '../src/more'
import {FakeSafar} from './server.mjs'

hurry(50)
customElements.define('safar-chat', SafarChat)
SafarChat.extend = extend

let fake: FakeSafar
let address: string

beforeEach(async () => {
  localStorage.clear()
  fake = new FakeSafar()
  address = await fake.start()
})

afterEach(async () => {
  document.body.textContent = ''
  await fake.stop()
})

function chat(attributes: Record<string, string> = {}): HTMLElement {
  const element = document.createElement('safar-chat')
  Object.entries({api: address + '/api/v1', ...attributes}).forEach(([name, value]) => { element.setAttribute(name, value) })
  document.body.append(element)
  return element
}

function all(element: HTMLElement, selector: string): HTMLElement[] {
  return Array.from(element.shadowRoot!.querySelectorAll<HTMLElement>(selector))
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- short for a cast
function one<T extends HTMLElement = HTMLElement>(element: HTMLElement, selector: string): T {
  const [found] = all(element, selector)
  assert.ok(found, selector)
  return found as T
}

function press(target: HTMLElement, key: string, more = {}): void {
  target.dispatchEvent(new window.KeyboardEvent('keydown', {key, bubbles: true, cancelable: true, composed: true, ...more}) as unknown as Event)
}

function write(element: HTMLElement, text: string): void {
  const field = one<HTMLTextAreaElement>(element, 'textarea')
  field.value = text
  press(field, 'Enter')
}

/** Press what is behind the gear. */
async function open(element: HTMLElement, what: string): Promise<void> {
  one(element, '.more').click()
  await until(what, () => all(element, `.sheet [data-do=${what}]`).length === 1)
  one(element, `.sheet [data-do=${what}]`).click()
}

async function ready(attributes = {}): Promise<HTMLElement> {
  const element = chat(attributes)
  await until('welcome and words', () => all(element, '.message').length === 1 && all(element, 'option').length === 3)
  return element
}

const status = (element: HTMLElement) => one(element, '.status').textContent
const log = (element: HTMLElement) => one(element, '.log').textContent

test('the first paint needs no server: English words, a usable box, and then the truth about the connection', async () => {
  await fake.stop()
  const element = chat()
  assert.equal(one(element, 'h2').textContent, 'Safar: help for migrants')
  assert.equal(one(element, '.emergency').textContent.trim().replace(/\s+/g, ' '), '\u{1F198} Emergency numbers')
  assert.equal(one(element, '.more').hidden, true, 'no words for it yet')
  await until('offline', () => status(element).startsWith('No connection.'))
  write(element, 'help')
  assert.equal(all(element, '.person.pending').length, 1)
  assert.match(log(element), /You: help/)
})

test('a log that speaks, a status, and names for every control', async () => {
  const element = await ready()
  const live = one(element, '.log')
  assert.equal(live.getAttribute('role'), 'log')
  await until('polite', () => live.getAttribute('aria-live') === 'polite')
  assert.equal(one(element, '.status').getAttribute('role'), 'status')
  for (const control of all(element, 'button, select, textarea')) {
    assert.ok((control.getAttribute('aria-label') ?? control.textContent).trim(), control.outerHTML)
  }
})

test('Enter sends, Shift+Enter and an unfinished word do not, nothing is not sent', async () => {
  const element = await ready()
  const field = one<HTMLTextAreaElement>(element, 'textarea')
  write(element, '  ')
  field.value = 'hello'
  press(field, 'Enter', {shiftKey: true})
  press(field, 'Enter', {isComposing: true})
  assert.equal(all(element, '.person').length, 0)
  press(field, 'Enter')
  assert.equal(field.value, '')
  await until('answer', () => log(element).includes('Echo: hello'))
  assert.equal(all(element, '.pending').length, 0)
  assert.deepEqual(all(element, '.message').map(each => each.className.split(' ')[1]), ['bot', 'person', 'bot'])
})

test('while the answer is on its way it says so', async () => {
  const element = await ready()
  fake.answerDelay_ms = 2000
  write(element, 'hello')
  await until('waiting', () => status(element) === 'Safar is writing')
  await until('answer', () => log(element).includes('Echo'))
  await until('quiet', () => status(element) === '')
})

test('a button sends its payload and shows its title', async () => {
  const element = await ready()
  one(element, '.message button').click()
  await until('answer', () => all(element, '.card').length === 1)
  assert.match(one(element, '.person').textContent, /Danger and safety/)
})

test('the menu offers its topics', async () => {
  const element = await ready()
  one(element, '.menu').click()
  await until('menu', () => all(element, '.sheet details').length === 2)
  const topic = all(element, '.sheet details button')[1]
  assert.equal(topic?.textContent, 'My wages are not paid')
  topic.click()
  assert.equal(one(element, '.sheet').hidden, true)
  await until('answer', () => all(element, '.card').length === 1)
})

test('the language changes without a reload, the log stays, and the choice outlives the visit', async () => {
  const element = await ready({language: 'en'})
  write(element, 'hello')
  await until('answer', () => log(element).includes('Echo: hello'))
  const select = one<HTMLSelectElement>(element, 'select')
  select.value = 'ar'
  select.dispatchEvent(new window.Event('change') as unknown as Event)
  await until('arabic', () => element.dir === 'rtl' && element.lang === 'ar')
  assert.equal(one<HTMLTextAreaElement>(element, 'textarea').placeholder, 'اكتب سؤالك')
  assert.match(log(element), /أنت: hello.*سفر: Echo: hello/)
  await until('told', () => fake.log.some(line => line.startsWith('PATCH')))
  element.remove()
  const again = chat({language: 'en'})
  assert.equal(again.dir, 'rtl', 'kept words, before any answer')
  again.remove()
  const other = chat({language: 'ne'})
  await until('the page now asks for another', () => other.lang === 'ne')
})

test('the interface follows when the conversation changes its language', async () => {
  const element = await ready()
  const [conversation] = fake.chats.values()
  Object.assign(conversation!.profile, {language: 'ar', dir: 'rtl'})
  write(element, 'arabic please')
  await until('arabic', () => element.dir === 'rtl')
  assert.equal(fake.log.filter(line => line.startsWith('PATCH')).length, 0)
})

test('emergency numbers come from the device when there is no network', async () => {
  const first = await ready({country: 'QA'})
  await until('kept', () => Object.keys(localStorage).some(key => key.includes('emergency:en:QA')))
  first.remove()
  await fake.stop()
  const element = chat({country: 'QA'})
  one(element, '.emergency').click()
  assert.match(one(element, '.sheet').textContent, /Qatar.*Emergency: police/)
  assert.equal(one(element, '.sheet a.call').getAttribute('href'), 'tel:000')
  await pause(50)
  assert.match(one(element, '.sheet').textContent, /Emergency: police/)
})

test('without a country the person chooses one, and it is told to the conversation', async () => {
  const element = await ready()
  one(element, '.emergency').click()
  await until('countries', () => all(element, '[data-code=QA]').length === 1)
  one(element, '[data-code=QA]').click()
  await until('contacts', () => all(element, '.sheet .card').length === 2)
  await until('told', () => [...fake.chats.values()][0]?.profile.country === 'QA')
  press(one(element, '.sheet'), 'Escape')
  one(element, '.emergency').click()
  assert.equal(all(element, '.sheet .card').length, 2)
})

test('with no numbers kept and no network it says what to do', async () => {
  await fake.stop()
  const element = chat({country: 'QA'})
  one(element, '.emergency').click()
  await until('advice', () => one(element, '.sheet').textContent.includes('call the emergency number of the country you are in'))
})

test('deleting asks, deletes on both sides and says so', async () => {
  const element = await ready()
  await open(element, 'forget')
  assert.match(one(element, '.sheet').textContent, /Delete this conversation now\?/)
  const [, , no] = all(element, '.sheet button')
  assert.equal(no?.textContent, 'No')
  no.click()
  assert.equal(fake.chats.size, 1)
  await open(element, 'forget')
  one(element, '[data-do=forgetNow]').click()
  assert.equal(all(element, '.message').length, 0)
  await until('deleted', () => fake.chats.size === 0)
  await until('told', () => status(element) === 'The conversation is deleted.')
})

test('leaving quickly goes to a neutral page and leaves nothing on the device', async () => {
  const element = await ready({exit: 'https://example.org/weather'})
  write(element, 'secret')
  const gone: string[] = []
  Object.defineProperty(globalThis, 'location', {value: {replace: (to: string) => gone.push(to)}, configurable: true})
  one(element, '.exit').click()
  await pause(50)
  assert.deepEqual(gone, ['https://example.org/weather'])
  assert.equal(localStorage.length, 0)
})

test('the bubble opens, Escape closes it, focus returns, and nothing is begun before', async () => {
  const element = chat({mode: 'bubble'})
  await until('words', () => all(element, 'option').length === 3)
  const button = one(element, '.fab')
  assert.equal(fake.chats.size, 0)
  assert.equal(one(element, '.panel').hidden, true)
  button.click()
  assert.equal(one(element, '.panel').hidden, false)
  assert.equal(button.getAttribute('aria-expanded'), 'true')
  await until('welcome', () => all(element, '.message').length === 1)
  one(element, '.menu').click()
  await until('menu', () => !one(element, '.sheet').hidden)
  press(one(element, '.sheet'), 'Escape')
  assert.equal(one(element, '.sheet').hidden, true)
  assert.equal(element.shadowRoot!.activeElement, one(element, '.menu'))
  press(one(element, '.panel'), 'Escape')
  assert.equal(one(element, '.panel').hidden, true)
  assert.equal(element.shadowRoot!.activeElement, button)
})

test('a closed bubble counts what a counsellor writes', async () => {
  const element = chat({mode: 'bubble'})
  await until('words', () => all(element, 'option').length === 3)
  one(element, '.fab').click()
  await until('stream', () => [...fake.chats.values()][0]?.streams.size === 1)
  one(element, '.fab').click()
  fake.operatorSays([...fake.chats.keys()][0]!, 'hello')
  await until('badge', () => one(element, '.badge').textContent === '1')
  assert.equal(one(element, '.badge').hidden, false)
  one(element, '.fab').click()
  assert.equal(one(element, '.badge').hidden, true)
})

test('a refused message comes back into the box with the reason', async () => {
  const element = await ready()
  write(element, 'x'.repeat(2001))
  await until('reason', () => status(element) === 'Your message is too long for me.')
  assert.equal(one<HTMLTextAreaElement>(element, 'textarea').value.length, 2001)
  assert.equal(all(element, '.person').length, 0)
})

test('a position is sent to the metre', async () => {
  const geolocation = {getCurrentPosition: (done: PositionCallback) => { done({coords: {latitude: 25.285447, longitude: 51.53104}} as GeolocationPosition) }}
  Object.defineProperty(navigator, 'geolocation', {value: geolocation, configurable: true})
  const element = await ready()
  one(element, '.position').click()
  await until('sent', () => [...fake.chats.values()][0]?.messages.some(({text}) => text === '25.28545, 51.53104'))
})

test('hostile text stays text', async () => {
  const element = await ready()
  write(element, '<img src=x onerror="x()"><script>x()</script>')
  await until('answer', () => log(element).includes('Echo: <img'))
  assert.equal(all(element, '.log img, .log script').length, 0)
})

test('disconnected it is silent, connected again it is whole', async () => {
  const element = await ready()
  await until('stream', () => [...fake.chats.values()][0]?.streams.size === 1)
  element.remove()
  await until('stream closed', () => [...fake.chats.values()][0]?.streams.size === 0)
  const asked = fake.log.length
  window.dispatchEvent(new window.Event('online'))
  await pause(700)
  assert.equal(fake.log.length, asked)
  document.body.append(element)
  assert.equal(all(element, '.message').length, 1)
  write(element, 'back')
  await until('answer', () => log(element).includes('Echo: back'))
  assert.equal(fake.chats.size, 1)
})
