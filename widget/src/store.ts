/** What the widget remembers on the device: small JSON values under one prefix, in memory where storage is blocked. */
import type {Message} from './messages'

export const MAX_MESSAGES = 200
/** The name under which the browser keeps the offline pack. */
export const PACK = 'safar-pack'

export interface Profile {
  language: string
  dir: string
  country: string | null
  nationality: string | null
}

export interface Conversation extends Profile {
  id: string
  token: string
  held_by: string
  /** The highest id up to which nothing is missing; only the stream and polling move it. */
  last: number
  messages: Message[]
}

export interface Content {
  text?: string
  payload?: string
  title?: string
  position?: {latitude: number; longitude: number}
}

export interface Outgoing extends Content {
  client_id: string
  at: string
  /** The place in the log, fixed when it is first sent; before that it stands at the end. */
  place?: number | undefined
}

export function openStorage(): Storage | null {
  try {
    return window.localStorage
  } catch {
    return null
  }
}

export class Store {
  readonly prefix: string
  /** Whether other tabs see the same. */
  readonly shared: boolean
  /** Null where storage is blocked: using it then throws, as a storage that is full does. */
  readonly #area: Storage
  readonly #memory = new Map<string, string>()
  readonly #parsed = new Map<string, {raw: string; value: unknown}>()

  constructor(prefix: string, area = openStorage()) {
    this.prefix = prefix
    this.shared = Boolean(area)
    this.#area = area as Storage
  }

  /** The value is shared between calls: replace it with `set`, never change it. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what it stored
  get<T>(key: string): T | undefined {
    const raw = this.#read(key)
    const known = this.#parsed.get(key)
    if (!raw) {
      return undefined
    }
    if (known && known.raw === raw) {
      return known.value as T
    }
    try {
      const value = JSON.parse(raw) as T
      this.#parsed.set(key, {raw, value})
      return value
    } catch {
      return undefined
    }
  }

  set(key: string, value: unknown): void {
    const raw = JSON.stringify(value)
    try {
      this.#area.setItem(this.prefix + key, raw)
      this.#memory.delete(key)
    } catch {
      this.#memory.set(key, raw)
    }
  }

  remove(key: string): void {
    this.#memory.delete(key)
    try {
      this.#area.removeItem(this.prefix + key)
    } catch {
      // A blocked storage holds nothing to remove.
    }
  }

  clear(): void {
    this.#memory.clear()
    this.#parsed.clear()
    try {
      const area = this.#area
      Object.keys(area)
        .filter(key => key.startsWith(this.prefix))
        .forEach(key => { area.removeItem(key) })
    } catch {
      // As above.
    }
  }

  #read(key: string): string | null {
    try {
      return this.#memory.get(key) || this.#area.getItem(this.prefix + key)
    } catch {
      return null
    }
  }
}

/** Both lists as one, by id; a message of ours that came back from the server replaces our copy of it. */
export function mergeMessages(known: Message[], fresh: Message[]): Message[] {
  const all = new Map(known.map(message => [message.id, message]))
  for (const message of fresh) {
    for (const copy of all.values()) {
      if (message.client_id && copy.client_id === message.client_id) {
        all.delete(copy.id)
      }
    }
    all.set(message.id, message)
  }
  return [...all.values()].sort((a, b) => a.id - b.id).slice(-MAX_MESSAGES)
}

/** A version 4 UUID; `crypto.randomUUID` is missing on older phones and on plain http. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] as number) & 15) | 64
  bytes[8] = ((bytes[8] as number) & 63) | 128
  return Array.from(bytes, (byte, i) => ([4, 6, 8, 10].includes(i) ? '-' : '') + byte.toString(16).padStart(2, '0')).join('')
}
