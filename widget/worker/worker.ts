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
/** Somebody has left quickly: nothing is kept any more. */
let hasLeft = false

self.addEventListener('install', event => {
  event.waitUntil(caches.open(SHELL).then(cache => cache.addAll(FILES)).then(() => self.skipWaiting()))
})

self.addEventListener('activate', event => {
  event.waitUntil(removeOldShells().then(() => self.clients.claim()))
})

/** The page posts this as it goes away: it may be gone before it has deleted anything itself, the worker is not. */
self.addEventListener('message', event => {
  if (event.data === 'leave') {
    hasLeft = true
    event.waitUntil(removeEverything())
  }
})

self.addEventListener('fetch', event => {
  const {request} = event
  const {pathname, origin, search} = new URL(request.url)
  if (hasLeft || request.method !== 'GET' || origin !== self.location.origin) {
    return
  }
  const isOurs = FILES.includes(pathname)
  if (request.mode === 'navigate' && (!isOurs || search || pathname === OFFLINE_PAGE)) {
    event.respondWith(visited(request, isOurs ? pathname : OFFLINE_PAGE))
  } else if (isOurs) {
    event.respondWith(fromShell(request))
  } else if (KEPT_API.test(pathname)) {
    event.respondWith(freshOrKept(request))
  }
})

/** A page from the server, or else what stands in for it; the list of numbers is renewed whenever it is seen. */
async function visited(request: Request, standIn: string): Promise<Response> {
  try {
    const response = await fetch(request)
    if (response.ok && !hasLeft && new URL(request.url).pathname === OFFLINE_PAGE) {
      const cache = await caches.open(SHELL)
      await cache.put(OFFLINE_PAGE, response.clone())
    }
    return response
  } catch {
    return fromShell(new Request(standIn))
  }
}

async function removeEverything(): Promise<void> {
  const names = await caches.keys()
  await Promise.all(names.filter(name => name.startsWith('safar-')).map(name => caches.delete(name)))
  await self.registration.unregister()
}

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
    if (response.ok && !hasLeft) {
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
