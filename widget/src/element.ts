/** `<safar-chat>`: the shell around one session; builds itself when connected and leaves nothing behind when not. */
import {dress, frame} from './frame'
import {I18n} from './i18n'
import {Log} from './log'
import {h} from './messages'
import {Second} from './second'
import type {Action, Extend, Shell} from './second'
import {Session} from './session'
import type {Listener} from './session'
import {Sheet} from './sheet'
import {PACK, Store} from './store'
import type {Content, Outgoing, Profile} from './store'
import {STYLES} from './styles'
import {Api, listen} from './transport'

const NEUTRAL_PAGE = 'https://www.google.com/search?q=weather'
const LOAD_AGAIN_MS = 10_000

export class SafarChat extends HTMLElement implements Listener {
  static readonly observedAttributes = ['language']
  /** Set by the second part when it has loaded. */
  static extend?: Extend

  readonly #root = this.attachShadow({mode: 'open'})
  #life = new AbortController()
  #second!: Second
  #store!: Store
  #i18n!: I18n
  #session!: Session
  #log!: Log
  #sheet!: Sheet
  #notice = ''
  #unread = 0
  #retry = 0

  connectedCallback(): void {
    const base = this.#attribute('api') || '/api/v1'
    this.#life = new AbortController()
    const api = new Api(base, this.#life.signal)
    this.#store = new Store(`safar:${base}:`)
    this.#i18n = new I18n(api, this.#store)
    this.#session = new Session(api, this.#store, this)
    this.#build()
    this.#log = new Log(this.#find('.log'), this.#find('.new'), this.#i18n.t)
    this.#sheet = new Sheet(this.#find('.sheet'), this.#find('.main'), this.#i18n, this.#store, api)
    this.#second = new Second(this.#shell(api))
    this.#attach()
    this.#begin()
  }

  disconnectedCallback(): void {
    this.#life.abort()
    clearTimeout(this.#retry)
  }

  attributeChangedCallback(...[, before, language]: (string | null)[]): void {
    if (this.isConnected && this.#root.firstChild && language && language !== before) {
      this.#speak(language)
    }
  }

  #begin(): void {
    const language = this.#preferred()
    const chat = this.#session.conversation
    if (chat && language && language !== chat.language) {
      this.#session.change({language})
    }
    const size = this.#store.get<string>('size')
    if (size) {
      this.style.setProperty('--safar-size', size)
    }
    this.#i18n.restore(language)
    const loading = this.#load(language || 'auto')
    this.#relabel()
    this.#session.start()
    if (!this.#bubble) {
      this.#session.open()
    }
    void loading
  }

  // --- what the session asks and tells ---

  changed(): void {
    const {language} = this.#i18n.current
    const chat = this.#session.conversation
    if (chat && chat.language !== language && this.#i18n.current.languages.length && !this.#store.get('change')) {
      this.#follow(chat.language)
    }
    const news = this.#log.render(this.#session, language)
    this.#count(news)
    this.#renderStatus()
    if (chat) {
      this.#second.prepare()
    }
  }

  profile(): Partial<Profile> {
    // Sent as JSON, which leaves out what is undefined.
    return {
      language: this.#preferred() || undefined,
      country: this.#country || undefined,
      nationality: this.#attribute('nationality') || undefined,
    } as Partial<Profile>
  }

  refused(item: Outgoing, message: string): void {
    const field = this.#field
    this.#notice = message || this.#i18n.t('widget_failed')
    if (item.text && !field.value) {
      field.value = item.text
      this.#grow()
    }
  }

  forgotten(): void {
    this.#say('widget_forgotten')
  }

  // --- parts ---

  get #bubble(): boolean {
    return this.#attribute('mode') === 'bubble'
  }

  get #open(): boolean {
    return !this.#find('.panel').hidden
  }

  #find(selector: string): HTMLElement {
    return this.#root.querySelector(selector) as HTMLElement
  }

  #attribute(name: string): string {
    return this.getAttribute(name) || ''
  }

  get #field(): HTMLTextAreaElement {
    return this.#find('textarea') as HTMLTextAreaElement
  }

  #build(): void {
    this.#root.textContent = ''
    this.#root.append(frame(this.#bubble, this.#attribute('name'), this.#attribute('logo')))
    dress(this.#root, STYLES)
  }

  #attach(): void {
    const on = (target: EventTarget, type: string, handler: (event: Event) => void) => { listen(target, type, handler, this.#life.signal) }
    const select = this.#find('select') as HTMLSelectElement
    on(this.#root, 'click', event => {
      const target = (event.target as Element).closest<HTMLElement>('[data-do]')
      if (target) {
        void this.#second.act(target)
      }
    })
    on(this.#find('form'), 'submit', event => {
      event.preventDefault()
      this.#submit()
    })
    on(this.#root, 'keydown', event => { this.#onKey(event as KeyboardEvent) })
    on(this.#field, 'input', () => { this.#grow() })
    on(select, 'change', () => { this.#speak(select.value) })
    on(this.#find('.log'), 'scroll', () => {
      if (this.#log.atEnd()) {
        this.#find('.new').hidden = true
      }
    })
  }

  readonly #actions: Record<string, Action> = {
    toggle: () => { this.#toggle() },
    exit: () => {
      this.#life.abort()
      this.#store.clear()
      if ('caches' in window) {
        void caches.delete(PACK)
      }
      this.dispatchEvent(new Event('safar-exit', {bubbles: true}))
      location.replace(this.#attribute('exit') || NEUTRAL_PAGE)
    },
    emergency: target => { void this.#sheet.showEmergency(target, this.#country) },
    country: ({dataset: {code = ''}}) => {
      if (code) {
        this.#sheet.noteCountry(code, this.#session)
      }
      void this.#sheet.showEmergency(null, code)
    },
    close: () => { this.#sheet.close() },
    choose: target => {
      this.#sheet.close()
      this.#send({payload: target.dataset.payload as string, title: target.textContent})
    },
    new: () => { this.#log.toEnd() },
  }

  #shell(api: Api): Shell {
    return {
      element: this,
      root: this.#root,
      api,
      store: this.#store,
      i18n: this.#i18n,
      session: this.#session,
      log: this.#log,
      sheet: this.#sheet,
      actions: {...this.#actions},
      country: () => this.#country,
      send: content => { this.#send(content) },
      say: key => { this.#say(key) },
    }
  }

  #say(key: string): void {
    this.#notice = this.#i18n.t(key)
    this.#renderStatus()
  }

  #onKey(event: KeyboardEvent): void {
    const {key, shiftKey, isComposing, target} = event
    if (key === 'Escape') {
      if (this.#sheet.isOpen) {
        this.#sheet.close()
      } else if (this.#bubble && this.#open) {
        this.#toggle()
      }
    } else if (key === 'Enter' && !shiftKey && !isComposing && target === this.#field) {
      event.preventDefault()
      this.#submit()
    }
  }

  #toggle(): void {
    const panel = this.#find('.panel')
    const button = this.#find('.fab')
    panel.hidden = !panel.hidden
    button.setAttribute('aria-expanded', String(!panel.hidden))
    if (panel.hidden) {
      button.focus()
      return
    }
    this.#unread = 0
    this.#find('.badge').hidden = true
    this.#session.open()
    this.changed()
    this.#log.toAnswer()
    // On a touch screen the keyboard would cover the welcome.
    this.#find(matchMedia('(pointer: fine)').matches ? 'textarea' : '.log').focus()
  }

  // --- language ---

  /** The person's own choice stands for as long as the page asks for the same language as when it was made. */
  #preferred(): string {
    const asked = this.#attribute('language')
    const chosen = this.#store.get<{language: string; asked: string}>('language')
    return chosen && (!asked || asked === chosen.asked) ? chosen.language : asked
  }

  async #load(language: string): Promise<void> {
    try {
      if (await this.#i18n.load(language)) {
        this.#relabel()
      }
    } catch {
      if (this.isConnected && this.#i18n.asks(language)) {
        clearTimeout(this.#retry)
        this.#retry = window.setTimeout(() => { void this.#load(language) }, LOAD_AGAIN_MS)
      }
    }
  }

  /** The person, or the page, chose a language. */
  #speak(language: string): void {
    this.#session.change({language})
    this.#follow(language)
  }

  #follow(language: string): void {
    if (!this.#i18n.asks(language)) {
      this.#store.set('language', {language, asked: this.#attribute('language')})
      const loading = this.#load(language)
      this.#i18n.restore(language)
      this.#relabel()
      void loading
    }
  }

  /** Put the words of the current language everywhere; what has no words yet is not shown. */
  #relabel(): void {
    const {t, current} = this.#i18n
    this.lang = current.language
    this.dir = current.dir
    this.#root.querySelectorAll<HTMLElement>('[data-text]').forEach(element => { element.textContent = t(element.dataset.text as string) })
    this.#root.querySelectorAll<HTMLElement>('[data-label]').forEach(element => {
      const words = t(element.dataset.label as string)
      element.setAttribute('aria-label', words)
      element.setAttribute(element === this.#field ? 'placeholder' : 'title', words)
      if (element.dataset.do) {
        element.hidden = !words
      }
    })
    const select = this.#find('select')
    const option = ({code, name}: {code: string; name: string}) =>
      h('option', {value: code, lang: code, selected: code === current.language}, name)
    select.hidden = !current.languages.length
    select.textContent = ''
    select.append(...current.languages.map(option))
    this.#log.clear()
    this.changed()
    this.#sheet.refresh()
  }

  // --- status ---

  #count(news: number): void {
    if (news && !this.#open) {
      const badge = this.#find('.badge')
      this.#unread += news
      badge.textContent = String(this.#unread)
      badge.setAttribute('aria-label', this.#i18n.t('widget_new_message'))
      badge.hidden = false
    }
  }

  #renderStatus(): void {
    const {problem, sending, outbox, conversation} = this.#session
    const {t} = this.#i18n
    const busy = sending && !problem && !(conversation && conversation.held_by === 'operator')
    let text = this.#notice || (busy ? t('widget_waiting') : '')
    if (problem && !problem.away) {
      text = problem.message || (outbox.length ? t('widget_failed') : '')
    } else if (problem || !navigator.onLine) {
      text = t('widget_offline')
    }
    const status = this.#find('.status')
    status.classList.toggle('busy', busy)
    if (status.textContent !== text) {
      status.textContent = text
    }
  }

  // --- writing ---

  #grow(): void {
    const field = this.#field
    field.style.height = 'auto'
    field.style.height = `${field.scrollHeight + 2}px`
  }

  #submit(): void {
    const field = this.#field
    const text = field.value.trim()
    if (text) {
      field.value = ''
      this.#grow()
      this.#send({text})
    }
  }

  #send(content: Content): void {
    this.#notice = ''
    this.#session.send(content)
  }

  get #country(): string {
    const chat = this.#session.conversation
    return (chat && chat.country) || this.#store.get('country') || this.#attribute('country')
  }
}
