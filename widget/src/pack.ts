/** The offline pack: all answers and contacts of one country in one language, kept by choice, with search. */
import {actionButton, h, renderContact, renderSources, renderText} from './messages'
import type {Contact, Message, Translate} from './messages'
import {search} from './search'
import type {Shell} from './second'
import {PACK} from './store'

const DAY_MS = 86_400_000
const GOOD_FOR_DAYS = 30

export interface PackedAnswer {
  topic: string
  group: string
  title: string
  message: Message
}

interface Packed {
  country_name: string
  language: string
  answers: PackedAnswer[]
  contacts: Contact[]
}

interface Kept extends Packed {
  url: string
  /** Milliseconds since 1970, by the clock of the device. */
  saved: number
}

export class Pack {
  readonly #shell: Shell

  constructor(shell: Shell) {
    this.#shell = shell
  }

  /** Browsers keep files for a page only on https and on this very machine. */
  get possible(): boolean {
    return 'caches' in window
  }

  readonly actions = {
    pack: (target: HTMLElement) => { void this.#show(target) },
    packLoad: () => { void this.#load().then(kept => { this.#showKept(kept, null) }, () => { this.#fail() }) },
    packRemove: () => { void caches.delete(PACK).then(() => this.#show(null)) },
  }

  /** Renew what is kept once a day; what has not changed costs next to nothing, because the browser asks with its ETag. */
  async freshen(): Promise<void> {
    const kept = await this.#read()
    if (kept && Date.now() - kept.saved > DAY_MS) {
      await this.#load(kept.url).catch(() => undefined)
    }
  }

  get #path(): string {
    return `/packs/${this.#shell.country()}/${this.#shell.i18n.current.language}`
  }

  async #read(): Promise<Kept | undefined> {
    if (!this.possible) {
      return undefined
    }
    try {
      const response = await caches.match('/' + PACK, {cacheName: PACK})
      return response && ((await response.json()) as Kept)
    } catch {
      return undefined // Storage is blocked or was emptied by the browser: as if nothing were kept.
    }
  }

  /** One pack is kept, so that the phone does not fill up. */
  async #load(path = this.#path): Promise<Kept> {
    const packed = await this.#shell.api.request<Packed>('GET', path)
    const kept = {...packed, url: path, saved: Date.now()}
    await caches.delete(PACK)
    const cache = await caches.open(PACK)
    await cache.put('/' + PACK, new Response(JSON.stringify(kept)))
    return kept
  }

  async #show(opener: HTMLElement | null): Promise<void> {
    const kept = await this.#read()
    if (kept) {
      this.#showKept(kept, opener)
      return
    }
    const country_name = this.#countryName()
    this.#shell.sheet.open(opener, 'widget_pack', t =>
      country_name
        ? [h('p', {}, filled(t('widget_pack_about'), {country_name})), h('div', {class: 'buttons'}, actionButton('packLoad', {}, t('widget_pack')))]
        : [h('p', {}, t('widget_country')), h('div', {class: 'buttons'}, actionButton('more', {}, t('widget_more')))],
    )
  }

  #countryName(): string {
    const names = this.#shell.sheet.countries()
    const here = this.#shell.country()
    return (names.find(({code}) => code === here) || {name: here}).name
  }

  #fail(): void {
    this.#shell.sheet.close()
    this.#shell.say('widget_load_failed')
  }

  #showKept(kept: Kept, opener: HTMLElement | null): void {
    const {sheet, i18n} = this.#shell
    const day = (ms: number) => dayOf(new Date(ms), i18n.current.language)
    const until = kept.saved + GOOD_FOR_DAYS * DAY_MS
    const old = Date.now() > until
    sheet.open(opener, 'widget_pack', t => {
      const found = h('div', {class: 'found'})
      const field = h('input', {type: 'search', 'aria-label': t('widget_pack_search'), placeholder: t('widget_pack_search'), dir: 'auto'})
      field.addEventListener('input', () => { this.#list(kept, field.value, found) })
      this.#list(kept, '', found)
      const dates = filled(t(old ? 'widget_pack_old' : 'widget_pack_dates'), {date: day(kept.saved), until: day(until)})
      return [
        h('p', {class: old ? 'old' : 'dim'}, kept.country_name + '. ' + dates),
        h('p', {}, field),
        found,
        h('div', {class: 'buttons'}, actionButton('packLoad', {}, t('widget_pack')), actionButton('packRemove', {}, t('widget_pack_remove'))),
      ]
    })
  }

  /** Everything by subject, or with words what they find, best first. */
  #list({answers, contacts}: Kept, words: string, into: HTMLElement): void {
    const {t, current} = this.#shell.i18n
    into.textContent = ''
    if (words.trim()) {
      const hits = search(words, answers, contacts)
      into.append(...hits.answers.map(answer => answerElement(answer, t)), ...hits.contacts.map(contact => renderContact(contact, t)))
      if (!into.firstChild) {
        into.append(h('p', {role: 'status'}, t('widget_pack_nothing')))
      }
      return
    }
    for (const {group, title, pictogram} of current.menu) {
      const listed = answers.filter(answer => answer.group === group).map(answer => answerElement(answer, t))
      if (listed.length) {
        into.append(folded(pictogram + ' ' + title, listed))
      }
    }
    into.append(folded('\u{1F4DE} ' + t('group_contacts'), contacts.map(contact => renderContact(contact, t))))
  }
}

function folded(title: string, inner: HTMLElement[]): HTMLElement {
  return h('details', {}, h('summary', {}, title), ...inner)
}

function answerElement({title, message}: PackedAnswer, t: Translate): HTMLElement {
  const {language, dir, text, sources} = message
  const body = h('div', {class: 'body', lang: language, dir})
  body.append(renderText(text), sources.length ? renderSources(sources, t) : '')
  return folded(title, [body])
}

/** Browsers know the months of few languages ("2026 M11 22" is Chromium's Nepali): figures then. */
export function dayOf(date: Date, language: string): string {
  const words = date.toLocaleDateString(language, {year: 'numeric', month: 'long', day: 'numeric'})
  return /M\d/.test(words) ? date.toISOString().slice(0, 10) : words
}

function filled(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] || '')
}
