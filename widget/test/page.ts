/** A page in happy-dom for the tests; requests go through Node's own fetch to the false server. */
import {Window} from 'happy-dom'
import {setMaxListeners} from 'node:events'

const GLOBALS = [
  'window', 'document', 'navigator', 'location', 'localStorage', 'customElements', 'HTMLElement', 'Element', 'Node', 'KeyboardEvent',
  'MouseEvent', 'StorageEvent', 'CSSStyleSheet', 'Event',
] as const

export const window = new Window({url: 'http://localhost/', width: 360, height: 740})

for (const name of GLOBALS) {
  const value = name === 'window' ? window : (window as unknown as Record<string, unknown>)[name]
  Object.defineProperty(globalThis, name, {value, configurable: true, writable: true})
}
Object.assign(window, {setTimeout, clearTimeout})
Object.assign(globalThis, {matchMedia: window.matchMedia.bind(window)})

// Every listener of the widget also listens for its end of life, so the warning of Node is no news.
setMaxListeners(100)

/** Web Locks, which happy-dom lacks: one holder of a name at a time. */
const queues = new Map<string, Promise<unknown>>()
const locks = {
  request(name: string, options: {signal: AbortSignal}, task: () => Promise<unknown>): Promise<unknown> {
    const turn = (queues.get(name) ?? Promise.resolve()).then(() => {
      options.signal.throwIfAborted()
      return task()
    })
    queues.set(name, turn.catch(() => undefined))
    return turn
  },
}
Object.defineProperty(window.navigator, 'locks', {value: locks, configurable: true})

const realTimeout = globalThis.setTimeout
const realNow = Date.now.bind(Date)

/** Let time run this many times faster for the widget, so that its waits and retries can be tested as they are. */
export function hurry(times: number): void {
  const start = realNow()
  // Node's fetch hands arguments to its own timers; those must keep the real time.
  const faster = (task: () => void, ms = 0, ...rest: unknown[]) => realTimeout(task, rest.length ? ms : ms / times, ...(rest as []))
  Date.now = () => start + (realNow() - start) * times
  Object.assign(globalThis, {setTimeout: faster})
  Object.assign(window, {setTimeout: faster})
}

/** Wait until it holds, at most two seconds; the message names what never came. */
export async function until(what: string, holds: () => unknown, timeout_ms = 2000): Promise<void> {
  const end = realNow() + timeout_ms
  while (!holds()) {
    if (realNow() > end) {
      throw new Error('never: ' + what)
    }
    await pause(5)
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise(done => realTimeout(done, ms))
}
