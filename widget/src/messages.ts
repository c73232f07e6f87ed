/** The shapes of a conversation and how they become elements; text enters the page only as text nodes. */
import type {Outgoing} from './store'

export interface Contact {
  id: string
  kind: string
  kind_label: string
  name: string
  name_local: string
  does: string
  phones: Link[]
  channels?: Link[]
  url: string
  address: string
  city: string
  hours: string
  open_now?: string
  distance?: string
  maps?: Link[]
  languages: string
  free: string
  note: string
  checked_on: string
  checked_label: string
  report?: {title: string; payload: string} | null
}

export interface Link {
  label: string
  href: string
}

export interface Message {
  id: number
  at: string
  from: 'bot' | 'operator' | 'person'
  text: string
  language: string
  dir: string
  topic: string | null
  answer_version: string | null
  urgent: boolean
  buttons: {title: string; payload: string}[]
  contacts: Contact[]
  sources: {title: string; url: string}[]
  /** Files of ours: the address is a path on our own server. */
  attachments?: {title: string; url: string; type: string}[]
  client_id: string | null
}

export type Translate = (key: string) => string
type Child = Node | string | false | undefined

/** An element with attributes; a false or undefined attribute or child is left out, true is an empty attribute. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | boolean | undefined>,
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value || value === '') {
      element.setAttribute(name, value === true ? '' : value)
    }
  }
  element.append(...children.filter((child): child is Node | string => Boolean(child)))
  return element
}

const HEADING = /^\*\*(.+)\*\*$/
const ITEM = /^(?:•|(\d+)\.) +(.*)$/

/** Plain text with headings, list items and line breaks; nothing else in it is markup. */
export function renderText(text: string): DocumentFragment {
  const out = document.createDocumentFragment()
  let open: HTMLElement | null = null
  const within = (tag: 'ul' | 'ol' | 'p', attributes = {}): HTMLElement => {
    if (!open || open.localName !== tag) {
      open = h(tag, attributes)
      out.append(open)
    }
    return open
  }
  for (const line of text.split('\n').map(each => each.trim())) {
    const [, heading] = HEADING.exec(line) || []
    const [, number, item] = ITEM.exec(line) || []
    if (heading) {
      out.append(h('h3', {}, heading))
    }
    if (heading || !line) {
      open = null
    } else if (item !== undefined) {
      within(number ? 'ol' : 'ul', {start: number}).append(h('li', {}, item))
    } else {
      const paragraph = within('p')
      paragraph.append(paragraph.hasChildNodes() ? h('br', {}) : '', line)
    }
  }
  return out
}

/** A link to elsewhere; an address that is not plainly a link (javascript: and the like) stays text. */
function anchor({label, href}: Link, className: string, ...before: Child[]): HTMLElement {
  const outside = /^https?:/i.test(href)
  if (!outside && !/^(tel|sms|mailto|geo):/i.test(href)) {
    return h('span', {}, ...before, label)
  }
  const target = outside && {target: '_blank', rel: 'noopener noreferrer'}
  return h('a', {class: className, href, ...target}, ...before, label)
}

function hidden(text: string): HTMLElement {
  return h('span', {class: 'sr'}, text)
}

function icon(pictogram: string): HTMLElement {
  return h('span', {'aria-hidden': 'true'}, pictogram)
}

function renderPhone({label, href}: Link, t: Translate): HTMLElement {
  const link = anchor({label: '', href}, 'call', icon('\u{1F4DE}'), hidden(t('widget_call') + ' '))
  link.append(h('bdi', {dir: 'ltr'}, label))
  return link
}

export function renderContact(contact: Contact, t: Translate): HTMLElement {
  const {name, name_local, kind_label, url, report} = contact
  const place = [contact.address, contact.city].filter(Boolean).join(', ')
  const lines = [contact.does, place, contact.hours, contact.languages, contact.free, contact.note, contact.open_now, contact.distance]
  const links = [...(contact.channels || []), ...(url ? [{label: t('widget_website') || url, href: url}] : [])]
  return h(
    'article',
    {class: 'card'},
    h('h3', {}, h('bdi', {}, name), ...(name_local && name_local !== name ? [' · ', h('bdi', {}, name_local)] : [])),
    kind_label && kind_label !== name && h('p', {class: 'dim'}, kind_label),
    ...contact.phones.map(phone => renderPhone(phone, t)),
    ...lines.map(line => line && h('p', {}, line)),
    ...[links, contact.maps || []].map(list => list.length > 0 && h('p', {class: 'links'}, ...list.map(link => anchor(link, 'link')))),
    contact.checked_label && h('p', {class: 'dim'}, contact.checked_label),
    report ? actionButton('choose', {class: 'dim report', 'data-payload': report.payload}, report.title) : false,
  )
}

export function renderSources(sources: Message['sources'], t: Translate): HTMLElement {
  const items = sources.map(({title, url}) => h('li', {}, anchor({label: title || url, href: url}, '')))
  return h('details', {}, h('summary', {}, t('widget_sources')), h('ul', {}, ...items))
}

/** A button of the shadow root's one click handler: `what` names the action. */
export function actionButton(what: string, data: Record<string, string>, ...children: Child[]): HTMLElement {
  return h('button', {type: 'button', 'data-do': what, ...data}, ...children)
}

/** A button with its words beside its pictogram. */
export function worded(what: string, pictogram: string, key: string, data = {}): HTMLElement {
  return actionButton(what, {class: what, ...data}, icon(pictogram), ' ', h('span', {'data-text': key}))
}

/** A button with a pictogram only; its words are its accessible name. */
export function pictured(what: string, pictogram: string, key: string, data = {}): HTMLElement {
  return actionButton(what, {class: what, 'data-label': key, ...data}, icon(pictogram))
}

export function renderMessage(message: Message, t: Translate, language: string): HTMLElement {
  const {from, urgent, contacts, buttons, sources} = message
  // widget_you, widget_bot, widget_operator
  const who = 'widget_' + (from === 'person' ? 'you' : from)
  const time = new Date(message.at)
  return h(
    'div',
    {class: `message ${from}${urgent ? ' urgent' : ''}`},
    h('span', {class: from === 'operator' ? 'who' : 'sr'}, t(who) + ': '),
    h(
      'div',
      {class: 'body', lang: message.language || false, dir: message.dir},
      urgent && h('span', {class: 'mark'}, '\u26A0\uFE0F'),
      renderText(message.text),
      ...contacts.map(contact => renderContact(contact, t)),
      sources.length > 0 && renderSources(sources, t),
      buttons.length > 0 &&
        h('div', {class: 'buttons'}, ...buttons.map(({title, payload}) => actionButton('choose', {'data-payload': payload}, title))),
    ),
    h('time', {datetime: message.at}, Number(time) ? time.toLocaleTimeString(language, {hour: '2-digit', minute: '2-digit'}) : ''),
  )
}

/** What the person wrote, as it stands in the log until the server's own copy of it arrives. */
export function ownMessage(item: Outgoing): Message {
  return {
    id: item.place || Infinity,
    at: item.at,
    from: 'person',
    text: item.text || item.title || '\u{1F4CD}',
    language: '',
    dir: 'auto',
    topic: null,
    answer_version: null,
    urgent: false,
    buttons: [],
    contacts: [],
    sources: [],
    client_id: item.client_id,
  }
}
