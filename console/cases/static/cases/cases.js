// Fetches new messages of the open case, so that an operator never has to reload. Text goes in as text, never as markup.
'use strict'

const transcript = document.getElementById('transcript')
const EVERY_MS = 3000

function lastId() {
  const last = transcript.lastElementChild
  return last ? last.dataset.id : '0'
}

function element(name, className, text) {
  const made = document.createElement(name)
  made.className = className
  made.textContent = text
  return made
}

function show(entry) {
  const item = element('li', `safar-entry safar-${entry.author}${entry.urgent ? ' safar-alarm' : ''}`, '')
  item.dataset.id = String(entry.id)
  const understood = entry.topic ? ` · understood: ${entry.topic} ${entry.confidence}` : ''
  const urgent = entry.urgent ? ` · urgent ${entry.evidence}` : ''
  item.append(element('p', 'safar-meta', `${entry.author} · ${entry.at}${understood}${urgent}`))
  const text = element('p', 'safar-text', entry.text)
  text.dir = 'auto'
  text.lang = entry.language
  item.append(text)
  if (entry.contacts.length) {
    const list = document.createElement('ul')
    for (const card of entry.contacts) list.append(element('li', '', `${card.name} ${card.phones}`))
    item.append(list)
  }
  transcript.append(item)
}

async function refresh() {
  if (document.hidden) return
  const answer = await fetch(`${transcript.dataset.messages}?after=${lastId()}`, { credentials: 'same-origin' })
  if (!answer.ok) return
  const { messages } = await answer.json()
  for (const entry of messages) show(entry)
  // What came after this the operator has not read: at hand-back the bot answers it.
  for (const field of document.querySelectorAll('.safar-seen')) field.value = lastId()
  if (messages.length) transcript.scrollTop = transcript.scrollHeight
}

if (transcript) {
  transcript.scrollTop = transcript.scrollHeight
  setInterval(() => refresh().catch(() => undefined), EVERY_MS)
}
