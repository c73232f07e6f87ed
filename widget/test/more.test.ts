import {hurry, pause, until, window} from './page'
import assert from 'node:assert/strict'
import {afterEach, beforeEach, test} from 'node:test'
import {SafarChat} from '../src/element'
import {extend} from '../src/more'
import {folded, search} from '../src/search'
import {dayOf} from '../src/pack'
import type {PackedAnswer} from '../src/pack'
import {FakeSafar} from './server.mjs'

hurry(50)
customElements.define('safar-chat', SafarChat)
SafarChat.extend = extend

/** The browser's store of answers, which happy-dom lacks. */
const stores = new Map<string, Map<string, Response>>()
const caches = {
  open: (name: string) => {
    const store = stores.get(name) ?? new Map<string, Response>()
    stores.set(name, store)
    return Promise.resolve({
      put: (key: string, value: Response) => { store.set(key, value); return Promise.resolve() },
    })
  },
  match: (key: string, {cacheName}: {cacheName: string}) => Promise.resolve(stores.get(cacheName)?.get(key)?.clone()),
  delete: (name: string) => Promise.resolve(stores.delete(name)),
}
Object.assign(globalThis, {caches})
Object.assign(window, {caches})

/** Two voices: one on the device, one that would send the text elsewhere. */
const said: string[] = []
const voices = [{lang: 'en-GB', localService: true}, {lang: 'ne-NP', localService: false}]
const synthesis = Object.assign(new EventTarget(), {
  speaking: false,
  getVoices: () => voices,
  cancel: () => { synthesis.speaking = false },
  speak: ({text}: {text: string}) => { said.push(text); synthesis.speaking = true },
})
Object.assign(window, {speechSynthesis: synthesis})
Object.assign(globalThis, {SpeechSynthesisUtterance: class { constructor(readonly text: string) {} }})

let fake: FakeSafar
let address: string

beforeEach(async () => {
  localStorage.clear()
  stores.clear()
  said.length = 0
  synthesis.speaking = false
  fake = new FakeSafar()
  address = await fake.start()
})

afterEach(async () => {
  document.body.textContent = ''
  await fake.stop()
})

function all(element: HTMLElement, selector: string): HTMLElement[] {
  return Array.from(element.shadowRoot!.querySelectorAll<HTMLElement>(selector))
}

function one(element: HTMLElement, selector: string): HTMLElement {
  const [found] = all(element, selector)
  assert.ok(found, selector)
  return found
}

async function ready(attributes: Record<string, string> = {}): Promise<HTMLElement> {
  const element = document.createElement('safar-chat')
  Object.entries({api: address + '/api/v1', language: 'en', ...attributes}).forEach(([name, value]) => { element.setAttribute(name, value) })
  document.body.append(element)
  await until('welcome and words', () => all(element, '.message').length === 1 && all(element, 'option').length === 3)
  return element
}

async function press(element: HTMLElement, ...steps: string[]): Promise<void> {
  for (const step of steps) {
    await until(step, () => all(element, step).length)
    one(element, step).click()
    await pause(20)
  }
}

function write(element: HTMLElement, text: string): void {
  const field = one(element, 'textarea') as HTMLTextAreaElement
  field.value = text
  field.dispatchEvent(new window.KeyboardEvent('keydown', {key: 'Enter', bubbles: true, composed: true}) as unknown as Event)
}

test('the second part adds nothing before the first message is there', async () => {
  const element = document.createElement('safar-chat')
  element.setAttribute('api', address + '/api/v1')
  element.setAttribute('mode', 'bubble')
  document.body.append(element)
  await pause(200)
  assert.equal(fake.log.filter(line => line.includes('emergency')).length, 0)
})

test('larger text in steps, kept for the next visit', async () => {
  const element = await ready()
  await press(element, '.more', '[data-do=size]')
  assert.equal(element.style.getPropertyValue('--safar-size'), '1.25')
  assert.equal(one(element, '[data-do=size]').getAttribute('aria-pressed'), 'true')
  element.remove()
  const again = await ready()
  assert.equal(again.style.getPropertyValue('--safar-size'), '1.25')
  await press(again, '.more', '[data-do=size]', '[data-do=size]')
  assert.equal(again.style.getPropertyValue('--safar-size'), '1')
})

test('the country is chosen from all of which there are numbers, and told to the conversation', async () => {
  const element = await ready()
  await until('numbers of all countries', () => Object.keys(localStorage).some(key => key.endsWith('emergency:en:')))
  await press(element, '.more')
  const select = one(element, '.field select') as HTMLSelectElement
  assert.deepEqual(Array.from(select.options, option => option.textContent), ['\u2014', 'Nepal', 'Qatar'])
  select.value = 'QA'
  select.dispatchEvent(new window.Event('change') as unknown as Event)
  await until('told', () => [...fake.chats.values()][0]?.profile.country === 'QA')
})

test('without a network every country has its emergency number', async () => {
  const element = await ready()
  await until('numbers of all countries', () => Object.keys(localStorage).some(key => key.endsWith('emergency:en:')))
  await fake.stop()
  await press(element, '.emergency', '[data-code=NP]')
  assert.equal(one(element, '.sheet a.call').getAttribute('href'), 'tel:000')
  fake = new FakeSafar()
  await fake.start()
})

test('a file of ours is a button, an address elsewhere is nothing', async () => {
  const element = await ready()
  write(element, 'letter')
  await until('letter', () => all(element, '.body a.call').length === 1)
  assert.equal(one(element, '.body a.call').getAttribute('href'), address + '/letters/1.pdf')
  assert.match(one(element, '.body a.call').textContent, /Complaint/)
  assert.equal(one(element, '.log').textContent.includes('Elsewhere'), false)
})

test('the address of a file that may have expired is asked for anew', async () => {
  const element = await ready()
  write(element, 'letter')
  await until('letter', () => all(element, '.body a.file').length === 1)
  element.remove()
  const key = Object.keys(localStorage).find(name => name.endsWith(':conversation'))!
  localStorage.setItem(key, localStorage.getItem(key)!.replace(/"at":"[^"]+"/g, '"at":"2020-01-01T00:00:00Z"'))
  const [chat] = fake.chats.values()
  chat!.messages.forEach(message => { message.attachments = [{title: 'Complaint', url: '/letters/new.pdf', type: 'application/pdf'}] })
  const again = document.createElement('safar-chat')
  again.setAttribute('api', address + '/api/v1')
  document.body.append(again)
  await until('new address', () => all(again, '.body a.file').some(link => link.getAttribute('href') === address + '/letters/new.pdf'))
})

test('read aloud with a voice of the device, never with one that sends the text elsewhere', async () => {
  const element = await ready()
  await press(element, '.aloud')
  assert.ok(said.length > 0)
  assert.equal(said.join(' ').includes('**'), false)
  const count = said.length
  await press(element, '.aloud')
  assert.equal(said.length, count, 'pressed again it is quiet')
  element.remove()
  localStorage.clear()
  const nepali = await ready({language: 'ne'})
  await pause(100)
  assert.equal(all(nepali, '.aloud').length, 0)
})

test('numbers are read digit by digit', async () => {
  const element = await ready()
  write(element, 'contacts')
  await until('answer', () => all(element, '.card').length === 1)
  await until('button', () => all(element, '.bot .aloud').length === 2)
  all(element, '.aloud')[1]!.click()
  await until('said', () => said.some(line => /9 7 4 {2}0 0 0 0/.test(line)))
})

test('the pack: told what it is, loaded, dated, searched without a network, removed', async () => {
  const element = await ready({country: 'QA'})
  await until('numbers of all countries', () => Object.keys(localStorage).some(key => key.endsWith('emergency:en:')))
  await press(element, '.more', '[data-do=pack]')
  assert.match(one(element, '.sheet').textContent, /All answers for Qatar\./)
  await press(element, '[data-do=packLoad]')
  await until('loaded', () => all(element, '.found').length)
  assert.match(one(element, '.sheet .dim').textContent, /^Qatar\. Saved on .+ Good until .+\.$/)
  assert.equal(all(element, '.found > details').length, 3, 'two groups and the contacts')
  assert.equal(all(element, '.found a[href="https://example.org/law"]').length, 2, 'with their sources')
  await fake.stop()
  element.remove()
  const offline = document.createElement('safar-chat')
  offline.setAttribute('api', address + '/api/v1')
  document.body.append(offline)
  await press(offline, '.more', '[data-do=pack]')
  const field = one(offline, 'input') as HTMLInputElement
  field.value = 'PASSPORT'
  field.dispatchEvent(new window.Event('input') as unknown as Event)
  assert.deepEqual(all(offline, '.found > details > summary').map(each => each.textContent), ['My passport is kept'])
  field.value = 'zzz'
  field.dispatchEvent(new window.Event('input') as unknown as Event)
  assert.equal(one(offline, '.found').textContent, 'Nothing found.')
  await press(offline, '[data-do=packRemove]')
  await until('removed', () => stores.size === 0)
  fake = new FakeSafar()
  await fake.start()
})

test('a pack older than 30 days says so and is still there', async () => {
  const element = await ready({country: 'QA'})
  await press(element, '.more', '[data-do=pack]', '[data-do=packLoad]')
  await until('loaded', () => all(element, '.found').length)
  const [key, kept] = [...stores.get('safar-pack')!][0]!
  const content = (await kept.clone().json()) as {saved: number}
  stores.get('safar-pack')!.set(key, new Response(JSON.stringify({...content, saved: content.saved - 31 * 86_400_000})))
  fake.faults.push({match: /packs/, status: 503, times: 99})
  await press(element, '.sheet [data-do=close]', '.more', '[data-do=pack]')
  await until('warning', () => all(element, '.sheet .old').length === 1)
  assert.match(one(element, '.sheet .old').textContent, /too old now/)
  assert.equal(all(element, '.found > details').length, 3)
})

test('leaving quickly takes the pack away', async () => {
  const element = await ready({country: 'QA'})
  await press(element, '.more', '[data-do=pack]', '[data-do=packLoad]')
  await until('loaded', () => stores.has('safar-pack'))
  Object.defineProperty(globalThis, 'location', {value: {href: 'http://localhost/', replace: () => undefined}, configurable: true})
  one(element, '.exit').click()
  await until('gone', () => !stores.has('safar-pack'))
})

test('search finds words of the title first, in any spelling of the script', () => {
  const answer = (title: string, text: string): PackedAnswer => ({topic: title, group: '', title, message: {text} as never})
  const answers = [answer('Other', 'about my pay'), answer('Pay', 'late'), answer('جوازي', 'x'), answer('सलाम', 'तलब पाएको छैन')]
  const titles = (words: string) => search(words, answers, []).answers.map(({title}) => title)
  assert.deepEqual(titles('pay'), ['Pay', 'Other'])
  assert.deepEqual(titles('جوازى'), ['جوازي'])
  assert.deepEqual(titles('तलब'), ['सलाम'])
  assert.deepEqual(titles('?'), [])
  assert.equal(folded('CAFÉ'), 'cafe')
})

test('a date is in words where the browser has them, else in figures', () => {
  const date = new Date('2026-11-22T12:00:00Z')
  assert.equal(dayOf(date, 'en-GB'), '22 November 2026')
  const unknown = {toLocaleDateString: () => '2026 M11 22', toISOString: () => date.toISOString()} as unknown as Date
  assert.equal(dayOf(unknown, 'ne'), '2026-11-22')
})
