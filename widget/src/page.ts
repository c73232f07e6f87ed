/** The full page: keeps itself on the device, and takes that away again when somebody leaves quickly. */
const worker = 'serviceWorker' in navigator ? navigator.serviceWorker : undefined

if (worker) {
  window.addEventListener('load', () => { worker.register('/worker.js').catch(() => undefined) })
}

document.addEventListener('safar-exit', () => {
  if (worker) {
    worker.controller?.postMessage('leave')
    void worker.getRegistrations().then(all => { all.forEach(each => { void each.unregister() }) })
    void caches.keys().then(names => { names.filter(name => name.startsWith('safar-')).forEach(name => { void caches.delete(name) }) })
  }
})

export {}
