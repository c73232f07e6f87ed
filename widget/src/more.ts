/** The second part: menu, settings, position, files of ours, reading aloud, the offline pack. */
import {aloud} from './aloud'
import {dress} from './frame'
import {actionButton, h} from './messages'
import type {Message} from './messages'
import {Pack} from './pack'
import type {Action, Shell} from './second'
import {showSettings} from './settings'
import {streamOf} from './stream'
import {MORE_STYLES} from './styles'

const FILES_FRESH_MS = 45 * 60_000

/** Give a widget what it has not needed so far. */
export function extend(shell: Shell): void {
  const worn = shell.root.adoptedStyleSheets as CSSStyleSheet[] | undefined
  if (worn?.length) {
    dress(shell.root, MORE_STYLES, worn) // else all of it came with the file
  }
  const pack = new Pack(shell)
  const voice = aloud(shell)
  const keepEmergency = emergencyKeeper(shell)
  const decorate = (element: HTMLElement, message: Message) => {
    keepEmergency()
    addFiles(shell, element, message)
    voice.decorate(element, message)
  }
  const redecorate = () => { shell.log.decorate(decorate, messagesOf(shell)) }
  const more: Action = target => { showSettings(shell, pack, target) }
  Object.assign(shell.actions, {...actionsOf(shell), ...voice.actions, ...pack.actions, more})
  shell.session.follow(streamOf(shell.api, shell.session))
  voice.onVoices(redecorate)
  redecorate()
  void pack.freshen()
}

function messagesOf({session}: Shell): Message[] {
  return session.conversation ? session.conversation.messages : []
}

function actionsOf(shell: Shell): Record<string, Action> {
  const {session, sheet} = shell
  return {
    menu: target => { showMenu(shell, target) },
    position: () => { sharePosition(shell) },
    forget: target => {
      sheet.open(target, 'widget_forget_confirm', t => [
        h('div', {class: 'buttons'}, actionButton('forgetNow', {}, t('button_yes')), actionButton('close', {}, t('button_no'))),
      ])
    },
    forgetNow: () => {
      sheet.close()
      session.forget()
    },
  }
}

function showMenu({sheet, i18n}: Shell, opener: HTMLElement): void {
  sheet.open(opener, 'widget_menu', () =>
    i18n.current.menu.map(({pictogram, title, topics}) =>
      h(
        'details',
        {},
        h('summary', {}, h('span', {'aria-hidden': 'true'}, pictogram), ' ', title),
        h('div', {class: 'buttons'}, ...topics.map(each => actionButton('choose', {'data-payload': '/' + each.topic}, each.title))),
      ),
    ),
  )
}

function sharePosition(shell: Shell): void {
  navigator.geolocation.getCurrentPosition(
    ({coords}) => {
      // A metre: rescuers need it. The server keeps a position only while somebody is in danger.
      const short = (degrees: number) => Number(degrees.toFixed(5))
      shell.send({position: {latitude: short(coords.latitude), longitude: short(coords.longitude)}})
    },
    () => { shell.say('widget_position_failed') },
    {timeout: 20_000, maximumAge: 300_000},
  )
}

/** Files that come with a message, such as a letter; an address that is not a path on our own server is left out. */
function addFiles(shell: Shell, element: HTMLElement, message: Message): void {
  const body = element.querySelector('.body') as HTMLElement
  const {origin} = new URL(shell.api.base, location.href)
  const files = (message.attachments || []).filter(({url}) => /^\/(?![/\\])/.test(url))
  if (!files.length || body.querySelector('.file')) {
    return
  }
  const links = files.map(({title, url}) => {
    const link = h('a', {class: 'call file', href: origin + url, target: '_blank', rel: 'noopener', download: true})
    link.append(h('span', {'aria-hidden': 'true'}, '\u2B07\uFE0F'), h('bdi', {}, title))
    return link
  })
  body.append(...links)
  if (Date.now() - Date.parse(message.at) > FILES_FRESH_MS) {
    void renewed(shell, message).then(urls => { urls.forEach((url, i) => { links[i]?.setAttribute('href', origin + url) }) })
  }
}

/** The addresses of files are signed for an hour; the server makes new ones whenever the message is asked for. */
async function renewed({api, session}: Shell, {id}: Message): Promise<string[]> {
  const chat = session.conversation
  try {
    const path = `/conversations/${String(chat?.id)}/messages?after=${id - 1}`
    const {messages} = await api.request<{messages: Message[]}>('GET', path, chat?.token)
    const [same] = messages.filter(message => message.id === id)
    return (same?.attachments || []).map(({url}) => url)
  } catch {
    return [] // The old address says itself that it has expired.
  }
}

/** The numbers of all countries, and more of the person's own, renewed at each visit and when language or country change. */
function emergencyKeeper({sheet, country, i18n}: Shell): () => void {
  let kept = ''
  return () => {
    const wanted = i18n.current.language + country()
    if (wanted !== kept) {
      kept = wanted
      new Set(['', country()]).forEach(each => { void sheet.fetchEmergency(each) })
    }
  }
}
