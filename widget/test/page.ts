/** A page in happy-dom for the tests; requests go through Node's own fetch to the false server. */
import {Window} from 'happy-dom'

const GLOBALS = [
  'window', 'document', 'navigator', 'location', 'localStorage', 'customElements', 'HTMLElement', 'Element', 'Node', 'KeyboardEvent',
  'MouseEvent', 'StorageEvent', 'CSSStyleSheet', 'matchMedia',
] as const

export const window = new Window({url: 'http://localhost/', width: 360, height: 740})

for (const name of GLOBALS) {
  const value: unknown = name === 'window' ? window : window[name as keyof Window]
  Object.defineProperty(globalThis, name, {value, configurable: true, writable: true})
}
// Timers and events of the widget must be those that the tests control.
Object.assign(window, {setTimeout, clearTimeout, Event})

/** Wait until it holds, at most two seconds; the message names what never came. */
export async function until(what: string, holds: () => unknown, timeout_ms = 2000): Promise<void> {
  const end = Date.now() + timeout_ms
  while (!holds()) {
    if (Date.now() > end) {
      throw new Error('never: ' + what)
    }
    await new Promise(done => setTimeout(done, 5))
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise(done => setTimeout(done, ms))
}
