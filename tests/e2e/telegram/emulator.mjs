// Starts telegram-test-api and, in front of it, a proxy that makes up for where the emulator differs from
// Telegram: getMe lacks is_bot, buttons lack chat_instance, sendMessage does not give back a Message, empty polls return at once. The proxy can also
// fail on purpose: POST /fail {"method": "sendMessage", "status": 429, "times": 2}.
// Usage: node emulator.mjs PROXY_PORT EMULATOR_PORT
import http from 'node:http'
import TelegramServer from 'telegram-test-api'

const [proxyPort, emulatorPort] = process.argv.slice(2).map(Number)
const Server = TelegramServer.default ?? TelegramServer
const emulator = new Server({ port: emulatorPort, host: '127.0.0.1', storeTimeout: 600 })
const failures = new Map() // method -> {status, times}
const documents = [] // what the bot uploaded, which the emulator cannot take: GET /documents

function mend(method, body) {
  if (!body.ok || !body.result) return body
  if (method === 'getMe') body.result.is_bot = true
  if (method === 'getUpdates') {
    for (const { callback_query: query } of body.result) if (query) query.chat_instance ??= '1'
  }
  if (method === 'sendMessage') {
    // It gives back what was sent, options as text; Telegram gives back a Message.
    const { message_id, date, chat, text } = body.result
    body.result = { message_id, date: Math.floor(date / 1000), chat, text }
  }
  return body
}

function reply(res, status, body) {
  res.writeHead(status, { 'content-type': 'application/json' })
  res.end(JSON.stringify(body))
}

async function forward(req, payload) {
  const headers = { 'content-type': req.headers['content-type'] ?? 'application/json' }
  const answer = await fetch(`http://127.0.0.1:${emulatorPort}${req.url}`, { method: req.method, headers, body: payload.length ? payload : undefined })
  return { status: answer.status, body: await answer.json() }
}

const proxy = http.createServer(async (req, res) => {
  const chunks = []
  for await (const chunk of req) chunks.push(chunk)
  const payload = Buffer.concat(chunks)
  if (req.url === '/fail') {
    const { method, ...failure } = JSON.parse(payload)
    failures.set(method, failure)
    return reply(res, 200, { ok: true })
  }
  if (req.url === '/documents') return reply(res, 200, documents)
  const method = req.url.split('/').at(-1).split('?')[0]
  const isBot = req.url.startsWith('/bot')
  const failure = isBot ? failures.get(method) : undefined
  if (failure && failure.times > 0) {
    failure.times -= 1
    const parameters = failure.status === 429 ? { retry_after: 1 } : undefined
    return reply(res, failure.status, { ok: false, error_code: failure.status, description: 'on purpose', parameters })
  }
  if (isBot && method === 'sendDocument') {
    documents.push(payload.toString('latin1'))
    const message = { message_id: 1_000_000 + documents.length, date: Math.floor(Date.now() / 1000), chat: { id: 1, type: 'private' } }
    return reply(res, 200, { ok: true, result: message })
  }
  // A method that the emulator lacks and whose result nobody needs.
  if (['setMyCommands', 'deleteWebhook'].includes(method)) return reply(res, 200, { ok: true, result: true })
  const { status, body } = await forward(req, payload)
  if (method === 'getUpdates' && isBot && body.result?.length === 0) await new Promise((done) => setTimeout(done, 200))
  reply(res, status, isBot ? mend(method, body) : body)
})

await emulator.start()
proxy.listen(proxyPort, '127.0.0.1', () => console.log('ready'))
