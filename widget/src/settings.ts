/** What opens behind the gear: larger text, the country, the offline pack, deleting the conversation. */
import {actionButton, h} from './messages'
import type {Pack} from './pack'
import type {Shell} from './second'

const SIZES = ['1', '1.25', '1.5']

export function showSettings(shell: Shell, pack: Pack, opener: HTMLElement | null): void {
  shell.actions.size = target => { enlarge(shell, target) }
  if (!shell.sheet.countries().length) {
    void shell.sheet.fetchEmergency('').then(() => { shell.sheet.refresh() })
  }
  shell.sheet.open(opener, 'widget_more', t => {
    const larger = labelled('size', '\u{1F50E}', t('widget_text_size'))
    larger.setAttribute('aria-pressed', String(sizeOf(shell) !== SIZES[0]))
    const keep = pack.possible && labelled('pack', '\u{1F4E5}', t('widget_pack'))
    const forget = labelled('forget', '\u{1F5D1}\uFE0F', t('widget_forget'))
    return [h('div', {class: 'buttons'}, larger), countryChooser(shell), h('div', {class: 'buttons'}, keep, forget)]
  })
}

function labelled(what: string, pictogram: string, words: string): HTMLElement {
  return actionButton(what, {}, h('span', {'aria-hidden': 'true'}, pictogram), ' ', words)
}

function sizeOf({store}: Shell): string {
  return store.get('size') || (SIZES[0] as string)
}

/** One step larger each time, and back to normal after the largest. */
function enlarge(shell: Shell, button: HTMLElement): void {
  const next = SIZES[(SIZES.indexOf(sizeOf(shell)) + 1) % SIZES.length] as string
  shell.store.set('size', next)
  shell.element.style.setProperty('--safar-size', next)
  button.setAttribute('aria-pressed', String(next !== SIZES[0]))
}

function countryChooser(shell: Shell): HTMLElement {
  const {store, session, sheet, i18n} = shell
  const now = shell.country()
  const sorted = [...sheet.countries()].sort((a, b) => a.name.localeCompare(b.name, i18n.current.language))
  const select = h('select', {}, h('option', {value: ''}, '\u2014'),
    ...sorted.map(({code, name}) => h('option', {value: code, selected: code === now}, name)))
  select.addEventListener('change', () => {
    if (select.value) {
      store.set('country', select.value)
      session.change({country: select.value})
    }
  })
  return h('label', {class: 'field'}, i18n.t('widget_country'), select)
}
