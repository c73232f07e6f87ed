/** The service worker of the full page: opens it without a network, and keeps the emergency numbers and words fresh. */
declare const self: ServiceWorkerGlobalScope

/** Both are put in by bot/pages.py: a digest of all the files below, and their addresses. */
const VERSION = '__VERSION__'
const FILES = '__FILES__'.split(' ')

const SHELL = 'safar-shell-' + VERSION
const DATA = 'safar-data'
const OFFLINE_PAGE = '/ask/numbers'
const PATIENCE_MS = 4000
const MOST_ENTRIES = 20
/** What may be kept of the API: nothing that belongs to a conversation. */
const KEPT_API = /^\/api\/v1\/(interface\/|emergency)/

self.addEventListener('install', event => {
  event.waitUntil(caches.open(SHELL).then(cache => cache.addAll(FILES)).then(() => self.skipWaiting()))
})

self.addEventListener('activate', event => {
  event.waitUntil(removeOldShells().then(() => self.clients.claim()))
})

self.addEventListener('fetch', event => {
  const {request} = event
  const {pathname, origin} = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) {
    return
  }
  if (FILES.includes(pathname)) {
    event.respondWith(fromShell(request))
  } else if (KEPT_API.test(pathname)) {
    event.respondWith(freshOrKept(request))
  } else if (request.mode === 'navigate') {
    event.respondWith(fetch(request).catch(() => fromShell(new Request(OFFLINE_PAGE))))
  }
})

async function removeOldShells(): Promise<void> {
  const names = await caches.keys()
  await Promise.all(names.filter(name => name.startsWith('safar-shell-') && name !== SHELL).map(name => caches.delete(name)))
}

/** All files of one build come from one store, so that no two of them are of different age. */
async function fromShell(request: Request): Promise<Response> {
  const cache = await caches.open(SHELL)
  return (await cache.match(request, {ignoreSearch: true, ignoreVary: true})) || fetch(request)
}

/** What the server says now; after four seconds, or without a network, what it said last. */
async function freshOrKept(request: Request): Promise<Response> {
  const cache = await caches.open(DATA)
  const kept = await cache.match(request, {ignoreVary: true})
  const asked = fetch(request).then(async response => {
    if (response.ok) {
      await cache.put(request, response.clone())
      await removeOldest(cache)
    }
    return response
  })
  if (!kept) {
    return asked
  }
  const late = new Promise<Response>(resolve => { setTimeout(() => { resolve(kept) }, PATIENCE_MS) })
  return Promise.race([asked.catch(() => kept), late])
}

async function removeOldest(cache: Cache): Promise<void> {
  const keys = await cache.keys()
  await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST_ENTRIES)).map(key => cache.delete(key)))
}

export {}
