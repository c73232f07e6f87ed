/** Fetches the second file, safar-more.js: everything that nobody needs before the first message. */
import type {I18n} from './i18n'
import type {Log} from './log'
import {h} from './messages'
import type {Session} from './session'
import type {Sheet} from './sheet'
import type {Content, Store} from './store'
import type {Api} from './transport'

export type Action = (target: HTMLElement) => void
export type Extend = (shell: Shell) => void

/** What the second part gets to work with; it adds to `actions`. */
export interface Shell {
  element: HTMLElement
  root: ShadowRoot
  api: Api
  store: Store
  i18n: I18n
  session: Session
  log: Log
  sheet: Sheet
  actions: Record<string, Action>
  country: () => string
  send: (content: Content) => void
  /** Say one of our strings in the status line. */
  say: (key: string) => void
}

/** Of the second file as it was built; esbuild.mjs puts it here. In the address it lets the server find that very file. */
declare const MORE_INTEGRITY: string

const PREPARE_AFTER_MS = 2000
const SCRIPT = document.currentScript as HTMLScriptElement | null

/** The address of another file of ours: it lies beside this script. */
export function beside(name: string): string {
  return SCRIPT ? SCRIPT.src.replace(/[^/]*$/, name) : name
}

export class Second {
  readonly #shell: Shell
  #timer = 0
  #done = false

  constructor(shell: Shell) {
    this.#shell = shell
    shell.api.life.addEventListener('abort', () => { clearTimeout(this.#timer) })
  }

  /** Fetch it once the first message is there, so that all of it works when the network goes. */
  prepare(): void {
    this.#timer = this.#timer || window.setTimeout(() => { void this.#load() }, PREPARE_AFTER_MS)
  }

  /** Do what a control asks for, whichever part holds it. */
  async act(target: HTMLElement): Promise<void> {
    const {actions} = this.#shell
    const what = target.dataset.do as string
    if (!actions[what]) {
      await this.#load()
    }
    const action = actions[what]
    if (action) {
      action(target)
    } else {
      this.#shell.say('widget_load_failed')
    }
  }

  async #load(): Promise<void> {
    const SafarChat = customElements.get('safar-chat') as unknown as {extend?: Extend}
    if (!SafarChat.extend) {
      await fetchScript()
    }
    if (SafarChat.extend && !this.#done && !this.#shell.api.life.aborted) {
      this.#done = true
      SafarChat.extend(this.#shell)
    }
  }
}

/** Ends also when it failed. */
async function fetchScript(): Promise<void> {
  const script = h('script', {src: beside('safar-more.js?' + MORE_INTEGRITY), integrity: MORE_INTEGRITY, crossorigin: 'anonymous'})
  await new Promise(resolve => {
    script.onload = script.onerror = resolve
    document.head.append(script)
  })
}
