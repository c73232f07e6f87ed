/** What arrives by itself: server-sent events, read with fetch because EventSource cannot send the token. */
import type {Message} from './messages'
import {POLL_MIN_MS} from './session'
import type {Session, Stream} from './session'
import type {Api} from './transport'

/** The server sends a sign of life every 15 seconds. */
const SILENCE_TIMEOUT_MS = 45_000

export function streamOf(api: Api, session: Session): Stream {
  return async ({id, token, last}, control) => {
    let timer = 0
    let opened = Infinity
    const watch = () => {
      clearTimeout(timer)
      timer = window.setTimeout(() => { control.abort() }, SILENCE_TIMEOUT_MS)
    }
    try {
      watch()
      const {body} = await api.open('GET', `/conversations/${id}/events?after=${last}`, control, token)
      if (body) {
        opened = Date.now()
        session.reached()
        await readEvents(body, (type, data) => { take(session, id, type, data) }, watch)
      }
    } catch (error) {
      session.noteGone(id, error)
    } finally {
      clearTimeout(timer)
      control.abort()
    }
    return Date.now() - opened > POLL_MIN_MS
  }
}

function take(session: Session, id: string, type: string, data: string): void {
  const value = JSON.parse(data) as Message & {held_by: string}
  session.accept(id, type === 'state' ? {held_by: value.held_by, messages: []} : {messages: [value]}, true)
}

export type OnEvent = (type: string, data: string) => void

/** Read `text/event-stream` to its end; `onBytes` also hears the comments that only keep it alive. */
export async function readEvents(body: ReadableStream<Uint8Array>, onEvent: OnEvent, onBytes: () => void): Promise<void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  for (;;) {
    const {done, value} = await reader.read()
    if (done) {
      return
    }
    onBytes()
    const blocks = (rest + decoder.decode(value, {stream: true})).split(/\r?\n\r?\n/)
    rest = blocks.pop() || ''
    blocks.forEach(block => { readBlock(block, onEvent) })
  }
}

function readBlock(block: string, onEvent: OnEvent): void {
  let type = 'message'
  const data: string[] = []
  for (const line of block.split(/\r?\n/)) {
    const [, field, value = ''] = /^(\w+):? ?(.*)$/.exec(line) || []
    if (field === 'event') {
      type = value
    } else if (field === 'data') {
      data.push(value)
    }
  }
  if (data.length) {
    onEvent(type, data.join('\n'))
  }
}
