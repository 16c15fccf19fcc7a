// Opens the field page without a network. It keeps the page, which is the same for every camera and names nobody, its
// style and scripts; no facts of a camera, no pictures. Everything else goes past it.
const kept = 'wildcam-field-1';
const shell = '/c/';
const patienceMs = 5000;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

async function keep({ page, files }) {
  const cache = await caches.open(kept);
  const answer = await fetch(page, { headers: { Accept: 'text/html' }, redirect: 'error' });
  if (!answer.ok) return;
  await cache.put(shell, answer);
  const wanted = files.map((f) => new URL(f, self.location.href).href);
  await cache.addAll(wanted);
  for (const old of await cache.keys()) {
    if (!wanted.includes(old.url) && new URL(old.url).pathname !== shell) await cache.delete(old);
  }
}

self.addEventListener('message', (event) => event.waitUntil(keep(event.data).catch(() => {})));

async function open(request) {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), patienceMs);
  try {
    return await fetch(request, { signal: late.signal });
  } catch {
    return await caches.match(shell, { cacheName: kept }) ?? Response.error();
  } finally {
    clearTimeout(timer);
  }
}

async function file(request) {
  return await caches.match(request, { cacheName: kept }) ?? fetch(request);
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate' && /^\/c\/[^/]+$/.test(url.pathname)) event.respondWith(open(request));
  else if (/\.(css|js|svg)$/.test(url.pathname)) event.respondWith(file(request));
});
