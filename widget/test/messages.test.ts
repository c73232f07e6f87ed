import './page'
import assert from 'node:assert/strict'
import {test} from 'node:test'
import {h, renderContact, renderMessage, renderText} from '../src/messages'
import type {Contact, Message} from '../src/messages'
import {CONTACTS} from './samples.mjs'

const t = (key: string): string => key

function html(text: string): string {
  return h('div', {}, renderText(text)).innerHTML
}

const plain: Message = {
  id: 1, at: '2026-11-22T10:00:00Z', from: 'bot', text: 'x', language: 'ar', dir: 'rtl', topic: null, answer_version: null, urgent: false,
  buttons: [], contacts: [], sources: [], client_id: null,
}

function message(partial: Partial<Message>): HTMLElement {
  return renderMessage({...plain, ...partial}, t, 'en')
}

test('lines are one paragraph with breaks, an empty line begins another', () => {
  assert.equal(html('a\nb\n\nc'), '<p>a<br>b</p><p>c</p>')
})

test('headings and lists are elements, and a list goes on at its own number', () => {
  assert.equal(
    html('**Head**\ntext\n1. one\n2. two\n• dot\n• dot\n\n3. three'),
    '<h3>Head</h3><p>text</p><ol start="1"><li>one</li><li>two</li></ol><ul><li>dot</li><li>dot</li></ul><ol start="3"><li>three</li></ol>',
  )
})

test('nothing else is markup', () => {
  assert.equal(html('a **b** c'), '<p>a **b** c</p>')
  assert.equal(html('[x](https://example.org) _y_'), '<p>[x](https://example.org) _y_</p>')
  assert.equal(html('1.5 hours\n- no list'), '<p>1.5 hours<br>- no list</p>')
  assert.equal(html('<img src=x onerror=alert(1)>'), '<p>&lt;img src=x onerror=alert(1)&gt;</p>')
})

test('a message has its own language and direction, and says who wrote it', () => {
  const element = message({from: 'operator'})
  const body = element.querySelector('.body')
  assert.equal(body?.getAttribute('lang'), 'ar')
  assert.equal(body.getAttribute('dir'), 'rtl')
  assert.equal(element.firstElementChild?.textContent, 'widget_operator: ')
})

test('an urgent message has a pictogram, not only a colour', () => {
  assert.match(message({urgent: true}).querySelector('.mark')?.textContent ?? '', /\u26A0/)
  assert.equal(message({}).querySelector('.mark'), null)
})

test('buttons are buttons that carry their payload', () => {
  const button = message({buttons: [{title: 'Yes', payload: '/yes{"a":"<b>"}'}]}).querySelector('button')
  assert.equal(button?.type, 'button')
  assert.equal(button.textContent, 'Yes')
  assert.equal(button.dataset.payload, '/yes{"a":"<b>"}')
})

test('sources fold away and open elsewhere without a referrer', () => {
  const link = message({sources: [{title: 'Law', url: 'https://example.org/law'}]}).querySelector('details a')
  assert.equal(link?.textContent, 'Law')
  assert.equal(link.getAttribute('target'), '_blank')
  assert.equal(link.getAttribute('rel'), 'noopener noreferrer')
})

test('a contact shows a dial link with its number left to right, and every line it has', () => {
  const card = renderContact(CONTACTS.ar![1] as Contact, t)
  const call = card.querySelector<HTMLAnchorElement>('a.call')
  assert.equal(call?.getAttribute('href'), 'tel:+97400000000')
  assert.equal(call.querySelector('bdi[dir=ltr]')?.textContent, '+974 0000 0000')
  assert.equal(call.hasAttribute('target'), false)
  assert.match(call.textContent, /widget_call/)
  const text = card.textContent
  for (const line of ['وزارة العمل، الشكاوى', 'Ministry of Labour', 'شكاوى العمل', 'تستقبل', 'الدوحة', '7:00', 'WhatsApp', 'widget_website', 'لم نختبر']) {
    assert.ok(text.includes(line), line)
  }
})

test('a contact with nothing but a name is only a name', () => {
  const empty = {
    id: 'x', kind: '', kind_label: '', name: 'N', name_local: '', does: '', phones: [], channels: [], url: '', address: '', city: '', hours: '',
    languages: '', free: '', note: '', checked_on: '', checked_label: '',
  }
  assert.equal(renderContact(empty, t).textContent, 'N')
})

test('under a card a person can tell that its number did not work', () => {
  const report = {title: 'did not work', payload: '/report_contact{"id":"x"}'}
  const card = renderContact({...(CONTACTS.ar![1] as Contact), report}, t)
  const button = card.querySelector<HTMLElement>('button.report')
  assert.equal(button?.textContent, 'did not work')
  assert.equal(button.dataset.do, 'choose')
  assert.equal(button.dataset.payload, '/report_contact{"id":"x"}')
})

test('an address that would run code is shown as text', () => {
  for (const href of ['javascript:alert(1)', ' javascript:alert(1)', 'data:text/html,x', 'vbscript:x', '//x']) {
    const element = message({sources: [{title: 'bad', url: href}]})
    assert.equal(element.querySelector('a'), null, href)
    assert.ok(element.textContent.includes('bad'))
  }
})
