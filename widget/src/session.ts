/** One conversation: starts it, sends the outbox in order, receives by polling or the second part's stream, keeps other tabs in step. */
import {ownMessage} from './messages'
import type {Message} from './messages'
import {mergeMessages, newId} from './store'
import type {Content, Conversation, Outgoing, Profile, Store} from './store'
import {ApiError, listen} from './transport'
import type {Api} from './transport'

export const POLL_MIN_MS = 5_000
const POLL_MAX_MS = 30_000
const STREAM_AGAIN_MS = 60_000
const RETRY_MIN_MS = 2_000
const RETRY_MAX_MS = 60_000

export interface Reply extends Partial<Profile> {
  messages: Message[]
  held_by?: string
}

/** Receives until the stream ends; returns whether it worked for a while: what ends at once is no better than none. */
export type Stream = (conversation: Conversation, control: AbortController) => Promise<boolean>

export interface Listener {
  /** The stored conversation or outbox, or what the session is doing, is no longer the same. */
  changed(): void
  profile(): Partial<Profile>
  /** The server gave up on this message; its text is the person's to mend. */
  refused(item: Outgoing, message: string): void
  /** The conversation no longer exists on the server, or this person deleted it. */
  forgotten(): void
}

export class Session {
  sending = false
  /** Why the last attempt failed, until one succeeds. */
  problem: ApiError | null = null
  readonly #api: Api
  readonly #store: Store
  readonly #listener: Listener
  #wanted = false
  #silent = false
  #busy = false
  #followed = ''
  #failures = 0
  #notBefore = 0
  #stream: Stream | undefined
  #streamFrom = 0
  #timer = 0
  #endPause: () => void = () => undefined
  #streaming = new AbortController()

  constructor(api: Api, store: Store, listener: Listener) {
    this.#api = api
    this.#store = store
    this.#listener = listener
  }

  get conversation(): Conversation | undefined {
    return this.#store.get('conversation')
  }

  get outbox(): Outgoing[] {
    return this.#store.get('outbox') || []
  }

  start(): void {
    const {life} = this.#api
    listen(window, 'online', () => { this.#streamFrom = 0; this.#wake() }, life)
    listen(window, 'offline', () => { this.#listener.changed() }, life)
    listen(document, 'visibilitychange', () => { this.#wake() }, life)
    listen(window, 'storage', event => { this.#onStorage(event as StorageEvent) }, life)
    life.addEventListener('abort', () => {
      clearTimeout(this.#timer)
      this.#endPause()
    })
    void this.#follow()
    this.#wake()
  }

  #isCurrent(id: string): boolean {
    const {conversation} = this
    return Boolean(conversation) && (conversation as Conversation).id === id
  }

  /** Have a conversation, so that the welcome shows before anything is written. */
  open(): void {
    this.#wanted = true
    this.#silent = false
    this.#wake()
  }

  /** From now on receive by this, and poll only where it fails. */
  follow(stream: Stream): void {
    this.#stream = stream
    this.#endPause()
  }

  send(content: Content): void {
    this.#store.set('outbox', [...this.outbox, {client_id: newId(), at: new Date().toISOString(), ...content}])
    this.#listener.changed()
    this.#wake()
  }

  change(profile: Partial<Profile>): void {
    this.#store.set('change', {...this.#store.get<Partial<Profile>>('change'), ...profile})
    this.#wake()
  }

  /** Forget it here at once, on the server as soon as it can be reached. */
  forget(): void {
    const conversation = this.conversation
    if (conversation) {
      const {id, token} = conversation
      this.#store.set('doomed', [...this.#doomed, {id, token}])
    }
    this.#store.remove('outbox')
    this.#drop()
    this.#wake()
  }

  get #doomed(): {id: string; token: string}[] {
    return this.#store.get('doomed') || []
  }

  /** The next conversation starts with the next message, without another welcome. */
  #drop(): void {
    this.#store.remove('conversation')
    this.#store.remove('change')
    this.#store.set('outbox', this.outbox.map(item => ({...item, place: undefined})))
    this.#left()
    this.#listener.changed()
  }

  #left(): void {
    this.#wanted = false
    this.#silent = true
    this.#streaming.abort()
    this.#endPause()
  }

  #onStorage({key}: StorageEvent): void {
    if (key && !key.startsWith(this.#store.prefix)) {
      return
    }
    if (this.#followed && !this.#isCurrent(this.#followed)) {
      this.#left()
    }
    this.#listener.changed()
    void this.#follow()
  }

  #wake(): void {
    if (!this.problem || this.problem.status !== 429) {
      this.#notBefore = 0
    }
    if (!document.hidden) {
      this.#endPause()
    }
    void this.#flush()
  }

  async #flush(): Promise<void> {
    if (this.#busy || this.#api.life.aborted) {
      return
    }
    clearTimeout(this.#timer)
    const wait_ms = this.#notBefore - Date.now()
    if (wait_ms > 0) {
      this.#timer = window.setTimeout(() => { void this.#flush() }, wait_ms)
      return
    }
    this.#busy = true
    try {
      await this.#exclusively(() => this.#deliver())
      this.#failures = 0
    } catch (error) {
      this.#fail(error)
    }
    this.#busy = this.sending = false
    this.#listener.changed()
    if (this.#pending()) {
      void this.#flush()
    }
  }

  /** One tab at a time, where the browser can tell; where it cannot, client_id keeps a second sending harmless. */
  async #exclusively(task: () => Promise<void>): Promise<void> {
    // Where storage is blocked the locks are too, and no other tab has this outbox.
    const locks = this.#store.shared && (navigator as Partial<Navigator>).locks
    await (locks ? locks.request(this.#store.prefix, {signal: this.#api.life}, task) : task())
  }

  #pending(): boolean {
    const {conversation} = this
    const late = this.#doomed.length || this.outbox.length || (conversation && this.#store.get('change'))
    return Boolean(late) || (this.#wanted && !conversation)
  }

  /** The server answers again: what waited for that need not wait longer. */
  reached(): void {
    if (this.problem && this.problem.away) {
      this.problem = null
      this.#listener.changed()
      this.#wake()
    }
  }

  #fail(error: unknown): void {
    const problem = error instanceof ApiError ? error : new ApiError(0)
    this.problem = problem
    const backoff_ms = Math.min(RETRY_MIN_MS * 2 ** this.#failures++, RETRY_MAX_MS)
    this.#notBefore = Date.now() + (problem.retryAfter_s * 1000 || backoff_ms * (0.75 + Math.random() / 2))
  }

  async #deliver(): Promise<void> {
    let renewed = false
    while (this.#pending()) {
      try {
        await this.#deliverNext()
      } catch (error) {
        // A conversation that is gone is replaced once; a second time means that the server is confused.
        if (!isGone(error) || renewed || !this.conversation) {
          throw error
        }
        renewed = true
        this.#drop()
      }
      this.problem = null
    }
  }

  async #deliverNext(): Promise<void> {
    const [doomed] = this.#doomed
    if (doomed) {
      await this.#deliverDeletion(doomed)
      return
    }
    const conversation = this.conversation || (await this.#create())
    const change = this.#store.get<Partial<Profile>>('change')
    const [item] = this.outbox
    if (change) {
      await this.#deliverChange(conversation, change)
    } else if (item) {
      await this.#deliverMessage(conversation, item)
    }
  }

  async #deliverDeletion({id, token}: {id: string; token: string}): Promise<void> {
    try {
      await this.#api.request('DELETE', '/conversations/' + id, token)
    } catch (error) {
      orRefused(error)
    }
    this.#store.set('doomed', this.#doomed.filter(other => other.id !== id))
    this.#listener.forgotten()
  }

  async #create(): Promise<Conversation> {
    const made = await this.#api.request<Conversation>('POST', '/conversations', '', this.#listener.profile())
    const last = Math.max(0, ...made.messages.map(({id}) => id))
    const conversation = {...made, held_by: 'bot', last, messages: this.#silent ? [] : made.messages}
    this.#store.set('conversation', conversation)
    this.#store.remove('change')
    this.#listener.changed()
    void this.#follow()
    return conversation
  }

  async #deliverMessage({id, token, messages}: Conversation, first: Outgoing): Promise<void> {
    const item = {...first, place: first.place || Math.max(0, ...messages.map(message => message.id)) + 0.001}
    this.#store.set('outbox', [item, ...this.outbox.slice(1)])
    this.sending = true
    this.#listener.changed()
    const body = {...item, place: undefined, at: undefined}
    try {
      const reply = await this.#api.request<Reply>('POST', `/conversations/${id}/messages`, token, body)
      this.accept(id, {...reply, messages: [ownMessage(item), ...reply.messages]}, false)
    } catch (error) {
      this.#listener.refused(item, orRefused(error, true).message)
    }
    this.#store.set('outbox', this.outbox.filter(({client_id}) => client_id !== item.client_id))
    this.#listener.changed()
  }

  async #deliverChange({id, token}: Conversation, change: Partial<Profile>): Promise<void> {
    let profile: Partial<Profile> = {}
    try {
      profile = await this.#api.request<Profile>('PATCH', '/conversations/' + id, token, change)
    } catch (error) {
      orRefused(error, true)
    }
    if (this.#store.get('change') === change) {
      this.#store.remove('change')
    }
    this.accept(id, {...profile, messages: []}, false)
  }

  accept(id: string, reply: Reply, complete: boolean): void {
    const conversation = this.conversation
    if (!conversation || conversation.id !== id) {
      return
    }
    const {messages, ...state} = reply
    const own = new Set(conversation.messages.map(message => message.client_id))
    const fresh = messages.filter(message => message.id % 1 === 0 || !own.has(message.client_id))
    const last = complete ? Math.max(conversation.last, ...fresh.map(message => message.id)) : conversation.last
    this.#store.set('conversation', {...conversation, ...state, last, messages: mergeMessages(conversation.messages, fresh)})
    this.#listener.changed()
  }

  async #follow(): Promise<void> {
    if (this.#followed) {
      return
    }
    let wait_ms = POLL_MIN_MS
    for (let chat = this.conversation; chat && !this.#api.life.aborted; chat = this.conversation) {
      this.#followed = chat.id
      if (this.#stream && Date.now() >= this.#streamFrom) {
        this.#streaming = new AbortController()
        if (await this.#stream(chat, this.#streaming)) {
          await this.#pause(1000)
          continue
        }
        this.#streamFrom = Date.now() + STREAM_AGAIN_MS
      }
      if (!document.hidden && this.#isCurrent(chat.id)) {
        wait_ms = await this.#poll(chat, wait_ms)
      }
      await this.#pause(wait_ms)
    }
    this.#followed = ''
  }

  async #pause(ms: number): Promise<void> {
    if (this.#api.life.aborted) {
      return
    }
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, ms)
      this.#endPause = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Fetch what is new; return how long to wait before the next time. */
  async #poll({id, token, last}: Conversation, waited_ms: number): Promise<number> {
    let wait_ms = Math.min(waited_ms * 1.3, POLL_MAX_MS)
    try {
      // As the stream, it tells no language: one asked for before a change would undo it.
      const {messages, held_by = 'bot'} = await this.#api.request<Reply>('GET', `/conversations/${id}/messages?after=${last}`, token)
      this.reached()
      this.accept(id, {messages, held_by}, true)
      wait_ms = messages.length ? POLL_MIN_MS : wait_ms
    } catch (error) {
      this.noteGone(id, error)
      if (error instanceof ApiError) {
        wait_ms = Math.max(wait_ms, error.retryAfter_s * 1000)
        this.problem = this.problem || (error.away ? error : null)
        this.#listener.changed()
      }
    }
    return wait_ms
  }

  noteGone(id: string, error: unknown): void {
    if (isGone(error) && this.#isCurrent(id)) {
      this.#drop()
      this.#listener.forgotten()
    }
  }
}

function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.gone
}

/** Return the error when trying again is useless, else throw it; `gone` has its own way out when asked. */
function orRefused(error: unknown, exceptGone = false): ApiError {
  if (!(error instanceof ApiError) || !error.refused || (exceptGone && error.gone)) {
    throw error
  }
  return error
}
