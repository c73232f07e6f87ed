/** What opens over the log. The emergency numbers are here; the second part opens the rest. */
import type {I18n} from './i18n'
import {actionButton, h, renderContact} from './messages'
import type {Contact} from './messages'
import type {Session} from './session'
import type {Store} from './store'
import type {Api} from './transport'

export interface Emergency {
  country_name?: string
  contacts?: Contact[]
  /** With the emergency numbers of each, so that one answer serves every country without a network. */
  countries?: {code: string; name: string; contacts?: Contact[]}[]
}

export class Sheet {
  readonly #element: HTMLElement
  readonly #behind: HTMLElement
  readonly #i18n: I18n
  readonly #store: Store
  readonly #api: Api
  #opener: HTMLElement | null = null
  /** Draws what is open again, in the language of that moment. */
  #again: () => void = () => undefined

  constructor(element: HTMLElement, behind: HTMLElement, i18n: I18n, store: Store, api: Api) {
    this.#element = element
    this.#behind = behind
    this.#i18n = i18n
    this.#store = store
    this.#api = api
  }

  get isOpen(): boolean {
    return !this.#element.hidden
  }

  refresh(): void {
    if (this.isOpen) {
      this.#again()
    }
  }

  close(): void {
    if (this.isOpen) {
      this.#element.hidden = true
      this.#behind.style.visibility = ''
      if (this.#opener) {
        this.#opener.focus()
      }
    }
  }

  /** Show what is kept at once, then what the server says now; an empty country lets the person choose one. */
  async showEmergency(opener: HTMLElement | null, country: string): Promise<void> {
    const kept = this.#keptEmergency(country)
    const show = (content: (t: I18n['t']) => HTMLElement[]) => { this.open(opener, 'widget_emergency', content) }
    show(t => (kept ? this.#renderEmergency(kept) : [h('p', {}, t('widget_loading'))]))
    const again = (this.#again = () => { void this.showEmergency(null, country) })
    await this.fetchEmergency(country)
    const fresh = this.#keptEmergency(country)
    if (!this.isOpen || this.#again !== again || (fresh && fresh === kept)) {
      return
    }
    show(t => (fresh ? this.#renderEmergency(fresh) : [h('p', {}, t('widget_emergency_failed'))]))
    this.#again = again
  }

  /** Keep the numbers on the device before they are needed. */
  async fetchEmergency(country: string): Promise<void> {
    const {language} = this.#i18n.current
    const path = `/emergency?language=${language}` + (country && '&country=' + encodeURIComponent(country))
    try {
      this.#store.set(`emergency:${language}:${country}`, await this.#api.request('GET', path))
    } catch {
      // What was kept before stays.
    }
  }

  noteCountry(country: string, session: Session): void {
    this.#store.set('country', country)
    if (session.conversation && !session.conversation.country) {
      session.change({country})
    }
  }

  /** Every country we know numbers of, as far as they are kept. */
  countries(): NonNullable<Emergency['countries']> {
    return this.#at('').countries || []
  }

  #at(place: string): Emergency {
    return this.#store.get(`emergency:${this.#i18n.current.language}:${place}`) || {}
  }

  #keptEmergency(country: string): Emergency | undefined {
    const kept = this.#at(country)
    const [found] = this.countries().filter(({code, contacts}) => code === country && contacts)
    return kept.contacts || kept.countries ? kept : found && {...found, country_name: found.name}
  }

  #renderEmergency({country_name, contacts = [], countries = []}: Emergency): HTMLElement[] {
    const {t} = this.#i18n
    const choices = countries.map(({code, name}) => actionButton('country', {'data-code': code}, name))
    const other = country_name && t('button_other_country')
    return [
      h('p', {}, h('b', {}, country_name)),
      ...contacts.map(contact => renderContact(contact, t)),
      h('div', {class: 'buttons'}, ...choices, other ? actionButton('country', {'data-code': ''}, other) : false),
    ]
  }

  /** `content` is asked again when the language changes; without an opener the last one keeps the focus to come back. */
  open(opener: HTMLElement | null, key: string, content: (t: I18n['t']) => HTMLElement[]): void {
    const sheet = this.#element
    const {t} = this.#i18n
    this.#opener = opener || this.#opener
    this.#again = () => { this.open(null, key, content) }
    sheet.textContent = ''
    sheet.append(h('div', {class: 'top'}, h('h3', {}, t(key)), actionButton('close', {}, t('widget_close'))), ...content(t))
    sheet.setAttribute('aria-label', t(key))
    sheet.hidden = false
    this.#behind.style.visibility = 'hidden'
    sheet.focus()
  }
}
