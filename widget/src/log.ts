/** The list of messages: keeps its elements in step with the conversation and the reader at the right place. */
import {ownMessage, renderMessage} from './messages'
import type {Message, Translate} from './messages'
import type {Session} from './session'

export type Decorate = (element: HTMLElement, message: Message) => void

const AT_END_PX = 100
const MARGIN_PX = 8
const SILENT_MS = 500

export class Log {
  readonly #element: HTMLElement
  readonly #newest: HTMLElement
  readonly #t: Translate
  readonly #shown = new Map<string, HTMLElement>()
  /** What the second part adds to a message. */
  #decorate: Decorate = () => undefined

  /** `newest` is the button that leads to a message out of sight. */
  constructor(element: HTMLElement, newest: HTMLElement, t: Translate) {
    this.#element = element
    this.#newest = newest
    this.#t = t
  }

  /** From now on add this to each message, also to those already there. */
  decorate(decorate: Decorate, messages: Message[]): void {
    this.#decorate = decorate
    messages.forEach(message => {
      const element = this.#shown.get(keyOf(message))
      if (element) {
        decorate(element, message)
      }
    })
  }

  /** Draw everything anew, without reading it aloud again. */
  clear(): void {
    const element = this.#element
    element.setAttribute('aria-live', 'off')
    setTimeout(() => { element.setAttribute('aria-live', 'polite') }, SILENT_MS)
    element.textContent = ''
    this.#shown.clear()
  }

  /** Return how many messages from others were added to those already there. */
  render({conversation, outbox}: Session, language: string): number {
    const first = !this.#shown.size
    const atEnd = this.atEnd()
    const messages = conversation ? conversation.messages : []
    const answered = new Set(messages.map(message => message.client_id))
    const waiting = outbox.filter(item => !answered.has(item.client_id)).map(ownMessage)
    const all = [...messages, ...waiting].sort((a, b) => (a.id === b.id ? 0 : a.id - b.id))
    const fresh = all.filter(message => !this.#shown.has(keyOf(message)))
    this.#removeAllBut(all)
    all.forEach((message, place) => { this.#put(message, place, language).classList.toggle('pending', waiting.includes(message)) })
    this.#scroll(fresh, first, atEnd)
    return first ? 0 : fresh.filter(message => message.from !== 'person').length
  }

  toEnd(): void {
    this.#element.scrollTop = this.#element.scrollHeight
  }

  /** Forward to what the person wrote last: the beginning of an answer matters more than its end, and its parts come one by one. */
  toAnswer(): void {
    const element = this.#element
    element.querySelectorAll<HTMLElement>('.person').forEach(({offsetTop}) => {
      element.scrollTop = Math.max(element.scrollTop, offsetTop - MARGIN_PX)
    })
  }

  atEnd(): boolean {
    const {scrollTop, scrollHeight, clientHeight} = this.#element
    return scrollHeight - scrollTop - clientHeight < AT_END_PX
  }

  #removeAllBut(messages: Message[]): void {
    const keys = new Set(messages.map(keyOf))
    this.#shown.forEach((element, key) => {
      if (!keys.has(key)) {
        element.remove()
        this.#shown.delete(key)
      }
    })
  }

  #put(message: Message, place: number, language: string): HTMLElement {
    const key = keyOf(message)
    let element = this.#shown.get(key)
    if (!element) {
      element = renderMessage(message, this.#t, language)
      this.#shown.set(key, element)
      this.#decorate(element, message)
    }
    const there = this.#element.children[place] || null
    if (there !== element) {
      this.#element.insertBefore(element, there)
    }
    return element
  }

  #scroll([next]: Message[], first: boolean, atEnd: boolean): void {
    if (next) {
      if (first || atEnd || next.from === 'person') {
        if (next.from === 'operator') {
          this.toEnd()
        } else {
          this.toAnswer()
        }
      }
      this.#newest.hidden = this.atEnd()
    }
  }
}

function keyOf({client_id, id}: Message): string {
  return client_id || String(id)
}
