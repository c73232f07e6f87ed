/** The elements that are always there, and what they wear. */
import {h, pictured, worded} from './messages'
import {beside} from './second'

/** `name` and `logo` are those of the organisation on whose page this is; without them it is called by our own. */
export function frame(bubble: boolean, name: string, logo: string): HTMLElement {
  const all = h('div', {class: 'all'},
    h('section', {class: 'panel', role: bubble ? 'dialog' : 'region', 'data-label': 'widget_title', hidden: bubble},
      h('div', {class: 'head'},
        logo && h('img', {src: logo, alt: ''}),
        h('h2', {'data-text': !name && 'widget_title'}, name),
        worded('exit', '\u21AA', 'widget_exit'),
        bubble && pictured('toggle', '\u2715', 'widget_close'),
        worded('emergency', '\u{1F198}', 'widget_emergency'),
        h('select', {'data-label': 'widget_language'}),
        pictured('more', '\u2699\uFE0F', 'widget_more'),
      ),
      h('div', {class: 'main'},
        h('div', {class: 'log', role: 'log', tabindex: '0', 'data-label': 'widget_title'}),
        worded('new', '\u2193', 'widget_new_message', {hidden: true}),
        h('p', {class: 'status', role: 'status'}),
        h('form', {},
          pictured('menu', '\u2630', 'widget_menu'),
          h('textarea', {rows: '1', dir: 'auto', enterkeyhint: 'send', 'data-label': 'widget_placeholder'}),
          'geolocation' in navigator && pictured('position', '\u{1F4CD}', 'widget_position'),
          pictured('send', '\u27A4', 'widget_send', {type: 'submit'}),
        ),
      ),
      h('div', {class: 'sheet', role: 'dialog', tabindex: '-1', hidden: true}),
    ),
  )
  if (bubble) {
    const open = worded('toggle', '\u{1F4AC}', 'widget_open', {class: 'fab', 'aria-expanded': 'false'})
    open.append(h('b', {class: 'badge', hidden: true}))
    all.append(open)
  }
  return all
}

/** Style sheets that are made, not inline, pass a strict Content-Security-Policy. */
export function dress(root: ShadowRoot, styles: string, below: CSSStyleSheet[] = []): void {
  try {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(styles)
    root.adoptedStyleSheets = [...below, sheet]
  } catch {
    // Safari before 16.4 and Firefox before 101 cannot; there a file does it.
    root.append(h('link', {rel: 'stylesheet', href: beside('safar-chat.css')}))
  }
}
