// A stand-in for the Safar API, good enough for the tests and for trying the widget by hand: `npm run dev`.
// Everything is kept in memory; `control` lets a test break things on purpose.
import {readFileSync} from 'node:fs'
import {createServer} from 'node:http'
import {argv} from 'node:process'
import {fileURLToPath} from 'node:url'
import {CONTACTS, COUNTRIES, INTERFACES, REPLIES} from './samples.mjs'

/**
 * @typedef {Record<string, any>} Json
 * @typedef {{id: string, token: string, profile: Json, held_by: string, messages: Json[], answers: Map<string, Json>,
 *   streams: Set<import('node:http').ServerResponse>}} Chat
 */

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>Safar</title><link rel=icon href=/widget/none>
<style nonce=page>html,body{height:100%;margin:0}</style>`

export class FakeSafar {
  /** @type {Map<string, Chat>} */ chats = new Map()
  /** @type {string[]} every request as "METHOD path" */ log = []
  /** Set by tests: answer the next requests whose "METHOD path" matches with this instead.
   * @type {{match: RegExp, status: number, times: number, headers?: Record<string, string>, body?: Json, cut?: boolean}[]} */
  faults = []
  streams = true
  answerDelay_ms = 0
  /** How late an answer to a poll arrives, with what held when it was asked. */
  pollDelay_ms = 0
  #lastId = 0
  #server = createServer((request, response) => {
    this.#route(request, response).catch(error => {
      console.error(error)
      response.destroy()
    })
  })

  /** @returns {Promise<string>} the address, without a slash at its end */
  async start(port = 0) {
    await new Promise(done => { this.#server.listen(port, '127.0.0.1', () => { done(undefined) }) })
    const address = /** @type {import('node:net').AddressInfo} */ (this.#server.address())
    return `http://127.0.0.1:${address.port}`
  }

  async stop() {
    this.#server.closeAllConnections()
    await new Promise(done => this.#server.close(done))
  }

  /** @param {string} id @param {string} text a message of a counsellor, sent over the open streams */
  operatorSays(id, text) {
    const chat = this.#chat(id)
    this.#hold(chat, 'operator')
    this.#add(chat, {from: 'operator', text})
  }

  /** @param {string} id */
  #chat(id) {
    const chat = this.chats.get(id)
    if (!chat) {
      throw new Error('no conversation ' + id)
    }
    return chat
  }

  /** @param {Chat} chat @param {string} who */
  #hold(chat, who) {
    chat.held_by = who
    chat.streams.forEach(stream => stream.write(`event: state\ndata: ${JSON.stringify({held_by: who})}\n\n`))
  }

  /** @param {Chat} chat @param {Json} partial @returns {Json} */
  #add(chat, partial) {
    const {language, dir} = chat.profile
    const message = {
      id: ++this.#lastId, at: new Date().toISOString(), from: 'bot', text: '', language, dir, topic: null, answer_version: null,
      urgent: false, buttons: [], contacts: [], sources: [], client_id: null, ...partial,
    }
    chat.messages.push(message)
    chat.streams.forEach(stream => stream.write(eventOf(message)))
    return message
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #route(request, response) {
    const url = new URL(request.url ?? '/', 'http://fake')
    const method = request.method ?? 'GET'
    const what = `${method} ${url.pathname}`
    this.log.push(what)
    /** @param {number} status @param {unknown} [body] @param {Record<string, string>} [headers] */
    const send = (status, body, headers = {}) => {
      response.writeHead(status, {'Content-Type': 'application/json', ...CORS, ...headers}).end(body === undefined ? '' : JSON.stringify(body))
    }
    if (method === 'OPTIONS') { send(204); return }
    const body = await readJson(request)
    const fault = this.faults.find(each => each.times > 0 && each.match.test(what))
    if (fault) {
      fault.times -= 1
      if (!fault.cut) {
        send(fault.status, fault.body ?? {error: {code: 'fault', message: ''}}, fault.headers)
        return
      }
    }
    const [, page, rest] = /^\/(?:api\/v1\/)?([a-z-]*)(.*)$/.exec(url.pathname) ?? []
    if (page === 'interface') { this.#interface(rest?.slice(1) ?? '', request, send); return }
    if (page === 'emergency') { this.#emergency(url, send); return }
    if (page === 'packs') { this.#pack(rest ?? '', send); return }
    if (page === 'conversations') {
      await this.#conversations(method, rest ?? '', url, request, body, response, fault?.cut ? () => response.destroy() : send)
      return
    }
    this.#static(url, response)
  }

  /** @param {string} path @param {import('node:http').IncomingMessage} request @param {(status: number, body?: unknown, headers?: Record<string, string>) => void} send */
  #interface(path, request, send) {
    const wanted = path === 'auto' ? asked(request) : path
    const language = wanted in INTERFACES ? wanted : 'en'
    send(200, INTERFACES[language], {ETag: `"${language}-1"`, 'Cache-Control': 'no-cache'})
  }

  /** @param {URL} url @param {(status: number, body?: unknown) => void} send */
  #emergency(url, send) {
    const country = url.searchParams.get('country')
    const language = url.searchParams.get('language') === 'ar' ? 'ar' : 'en'
    const names = /** @type {Record<string, string>} */ (COUNTRIES[language])
    if (!country) {
      const numbers = [{id: 'x', kind_label: '', name: 'Emergency', phones: [{label: '000', href: 'tel:000'}]}]
      send(200, {countries: Object.entries(names).map(([code, name]) => ({code, name, contacts: numbers}))})
      return
    }
    send(200, {country, country_name: names[country], contacts: CONTACTS[language]})
  }

  /** @param {string} rest @param {(status: number, body?: unknown) => void} send */
  #pack(rest, send) {
    const [, country = '', language = ''] = rest.split('/')
    const message = {text: '**Next**\n1. Write down today what happened.', language: 'en', dir: 'ltr', urgent: false, sources: [{title: 'Labour law', url: 'https://example.org/law'}]}
    const answers = [
      {topic: 'wages_unpaid', group: 'work', title: 'My wages are not paid', message},
      {topic: 'passport_kept', group: 'safety', title: 'My passport is kept', message: {...message, text: 'A passport is yours.'}},
    ]
    send(200, {country, country_name: 'Qatar', language, answers, contacts: CONTACTS.en})
  }

  /** @param {string} method @param {string} rest @param {URL} url @param {import('node:http').IncomingMessage} request @param {Json} body
   * @param {import('node:http').ServerResponse} response @param {(status: number, body?: unknown) => void} send */
  async #conversations(method, rest, url, request, body, response, send) {
    if (!rest && method === 'POST') { this.#open({language: asked(request), ...body}, send); return }
    const [, id = '', part] = /^\/([^/]+)\/?(\w*)$/.exec(rest) ?? []
    const chat = this.chats.get(id)
    if (!chat || request.headers.authorization !== `Bearer ${chat.token}`) {
      send(chat ? 401 : 404, {error: {code: 'gone', message: 'No such conversation.'}})
      return
    }
    const after = Number(url.searchParams.get('after') ?? 0)
    if (part === 'events') { this.#events(chat, after, response, send); return }
    if (part === 'messages' && method === 'GET') {
      const found = reply(chat, chat.messages.filter(({id}) => id > after))
      setTimeout(() => { send(200, found) }, this.pollDelay_ms)
      return
    }
    if (part === 'messages') { await this.#receive(chat, body, send); return }
    if (method === 'PATCH') { send(200, Object.assign(chat.profile, body, dirOf(body.language ?? chat.profile.language))); return }
    chat.streams.forEach(stream => stream.end())
    this.chats.delete(id)
    send(204)
  }

  /** @param {Json} body @param {(status: number, body?: unknown) => void} send */
  #open({language, country = null, nationality = null}, send) {
    const id = `c${this.chats.size + 1}-${Math.random().toString(36).slice(2)}`
    const profile = {country, nationality, ...dirOf(language)}
    /** @type {Chat} */
    const chat = {id, token: 'token-' + id, profile, held_by: 'bot', messages: [], answers: new Map(), streams: new Set()}
    this.chats.set(id, chat)
    const welcome = this.#add(chat, /** @type {Json} */ (REPLIES[language] ?? REPLIES.en).welcome)
    send(201, {id, token: chat.token, ...profile, messages: [welcome]})
  }

  /** @param {Chat} chat @param {number} after @param {import('node:http').ServerResponse} response @param {(status: number, body?: unknown) => void} send */
  #events(chat, after, response, send) {
    if (!this.streams) { send(503, {error: {code: 'no_streams', message: ''}}); return }
    response.writeHead(200, {'Content-Type': 'text/event-stream', ...CORS}).write(': hello\n\n')
    chat.messages.filter(({id}) => id > after).forEach(message => response.write(eventOf(message)))
    chat.streams.add(response)
    response.on('close', () => chat.streams.delete(response))
  }

  /** @param {Chat} chat @param {Json} body @param {(status: number, body?: unknown) => void} send */
  async #receive(chat, {client_id, text, payload, title, position}, send) {
    const known = chat.answers.get(client_id)
    if (known) { send(200, known); return }
    if (text?.length > 2000) { send(400, {error: {code: 'too_long', message: 'Your message is too long for me.'}}); return }
    this.#add(chat, {from: 'person', text: text ?? title ?? `${position.latitude}, ${position.longitude}`, client_id})
    await new Promise(done => setTimeout(done, this.answerDelay_ms))
    const replies = /** @type {Json} */ (REPLIES[chat.profile.language] ?? REPLIES.en)
    const said = /danger|خطر/.test(text ?? '') ? replies.urgent : text === 'letter' ? LETTER : payload || /contacts/.test(text ?? '') ? replies.answer : {text: 'Echo: ' + text}
    const answer = reply(chat, chat.held_by === 'operator' ? [] : [this.#add(chat, said)])
    chat.answers.set(client_id, answer)
    send(200, answer)
    if (text === 'operator') {
      setTimeout(() => { this.operatorSays(chat.id, 'Hello, I am a counsellor. How can I help?') }, 300)
    }
  }

  /** @param {URL} url @param {import('node:http').ServerResponse} response */
  #static({pathname, searchParams}, response) {
    const [, name, type] = /^\/widget\/(safar-[a-z]+\.(js|css))$/.exec(pathname) ?? []
    if (name) {
      const file = fileURLToPath(new URL('../dist/' + name, import.meta.url))
      response.writeHead(200, {'Content-Type': `text/${type === 'js' ? 'javascript' : 'css'}; charset=utf-8`}).end(readFileSync(file))
      return
    }
    if (pathname === '/weather') {
      response.writeHead(200, {'Content-Type': 'text/html; charset=utf-8'}).end(PAGE + 'Sunny')
      return
    }
    if (pathname !== '/') {
      response.writeHead(pathname === '/widget/none' ? 204 : 404).end()
      return
    }
    const attributes = [...searchParams].map(([name, value]) => ` ${name}="${value.replace(/[^\w/.:-]/g, '')}"`).join('')
    response.writeHead(200, {'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': "default-src 'self'; style-src 'self' 'nonce-page'"})
      .end(`${PAGE}<script src="/widget/safar-chat.js" defer></script><safar-chat api="/api/v1"${attributes}></safar-chat>`)
  }
}

const LETTER = {
  text: 'Your letter', attachments: [
    {title: 'Complaint', url: '/letters/1.pdf', type: 'application/pdf'},
    {title: 'Elsewhere', url: '//evil.example/1.pdf', type: 'application/pdf'},
    {title: 'Script', url: 'javascript:alert(1)', type: 'application/pdf'},
    {title: 'Broken', url: '//', type: 'application/pdf'},
  ],
}
const CORS = {'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': '*', 'Access-Control-Allow-Methods': '*'}

/** @param {import('node:http').IncomingMessage} request @returns {string} */
function asked(request) {
  const wanted = (request.headers['accept-language'] ?? '').slice(0, 2)
  return wanted in INTERFACES ? wanted : 'en'
}

/** @param {string} language */
function dirOf(language) {
  return {language, dir: language === 'ar' ? 'rtl' : 'ltr'}
}

/** @param {Json} message */
function eventOf(message) {
  return `id: ${message.id}\nevent: message\ndata: ${JSON.stringify(message)}\n\n`
}

/** @param {Chat} chat @param {Json[]} messages */
function reply(chat, messages) {
  return {messages, ...chat.profile, held_by: chat.held_by}
}

/** @param {import('node:http').IncomingMessage} request @returns {Promise<Json>} */
async function readJson(request) {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
  }
  return text ? JSON.parse(text) : {}
}

// Not by import.meta.url: inside a bundled test that is the address of the test.
if (argv[1]?.endsWith('server.mjs')) {
  console.log('The widget on a false Safar: ' + (await new FakeSafar().start(Number(argv[2] ?? 8377))))
  console.log('Write "contacts", "danger" or "operator"; add ?mode=bubble or ?language=ar&country=QA to the address.')
}
