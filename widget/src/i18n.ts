/** The words of the interface: from the server, else from the last visit, else these few in English. */
import type {Api} from './transport'
import type {Store} from './store'

/** What must be readable before anything was ever fetched; everything else waits for the server. */
const DEFAULTS: Record<string, string> = {
  widget_title: 'Safar: help for migrants',
  widget_open: 'Ask for help',
  widget_close: 'Close',
  widget_placeholder: 'Write your question',
  widget_send: 'Send',
  widget_language: 'Language',
  widget_you: 'You',
  widget_emergency: 'Emergency numbers',
  widget_emergency_failed:
    'The numbers cannot be loaded now. If you are in danger, call the emergency number of the country you are in.',
  widget_exit: 'Leave quickly',
  widget_offline: 'No connection. Your message is kept and will be sent when you are online.',
  widget_failed: 'Not sent. It will be tried again.',
  widget_loading: 'Loading',
}

export interface Interface {
  language: string
  dir: string
  languages: {code: string; name: string; dir: string}[]
  strings: Record<string, string>
  menu: {group: string; title: string; pictogram: string; topics: {topic: string; title: string}[]}[]
}

const UNKNOWN: Interface = {language: 'en', dir: 'ltr', languages: [], strings: {}, menu: []}

export class I18n {
  current = UNKNOWN
  readonly #api: Api
  readonly #store: Store
  #asked = ''

  constructor(api: Api, store: Store) {
    this.#api = api
    this.#store = store
  }

  /** An empty string for a key that nobody has translated or fetched: its control is then hidden. */
  t = (key: string): string => this.current.strings[key] || DEFAULTS[key] || ''

  /** Show what the last visit left, in this language or else the last one, so that the first paint needs no network. */
  restore(language: string): void {
    const seen = language || this.#store.get<string>('seen')
    this.current = this.#store.get('interface:' + String(seen)) || this.current
  }

  asks(language: string): boolean {
    return this.#asked === language
  }

  /** Fetch a language, "auto" for the browser's; return whether it is now the current one. Throws when the server is away. */
  async load(language: string): Promise<boolean> {
    this.#asked = language
    const fresh = await this.#api.request<Interface>('GET', '/interface/' + encodeURIComponent(language))
    this.#store.set('interface:' + fresh.language, fresh)
    if (!this.asks(language)) {
      return false
    }
    this.#store.set('seen', fresh.language)
    this.current = fresh
    return true
  }
}
