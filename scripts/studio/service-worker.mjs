// Caches the studio, so that it works offline from the second visit on: everything except ONNX Runtime at once, and the
// build of ONNX Runtime that the page uses when the page reports it. The build of the studio fills in the names.
const version = 'VERSION';
const files = ['FILES'];
/** Of each provider. */
const runtimes = { RUNTIMES: [] };
const prefix = 'oneiros-studio-';
const cacheName = `${prefix}${version}`;

/** The headers that allow the page to share memory between threads, even if its server does not send them. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

self.addEventListener('install', (event) => {
  event.waitUntil(install().then(() => self.skipWaiting()));
});

async function install() {
  const cache = await caches.open(cacheName);
  await cache.addAll(files);
  // A user who could work offline before an update can still do so after it.
  for (const provider of await providersBefore()) await cache.addAll(runtimes[provider]);
}

/** The providers that an earlier version has cached: the name of a runtime file stays the same except for its hash. */
async function providersBefore() {
  const names = await keptNames();
  const unhashed = (name) => name.replace(/-[\w-]{8}(?=\.\w+$)/, '');
  const kept = new Set(names.map(unhashed));
  return Object.keys(runtimes).filter((provider) =>
    runtimes[provider].some((name) => name.endsWith('.wasm') && kept.has(unhashed(name.split('/').at(-1)))),
  );
}

async function keptNames() {
  const names = [];
  for (const name of await cachesOfOurs()) {
    const cache = await caches.open(name);
    for (const { url } of await cache.keys()) names.push(new URL(url).pathname.split('/').at(-1));
  }
  return names;
}

async function cachesOfOurs() {
  return (await caches.keys()).filter((name) => name.startsWith(prefix));
}

self.addEventListener('activate', (event) => {
  event.waitUntil(removeOld().then(() => self.clients.claim()));
});

async function removeOld() {
  const old = (await cachesOfOurs()).filter((name) => name !== cacheName);
  await Promise.all(old.map((name) => caches.delete(name)));
}

// The page reports its provider: `{ runsOn: 'wasm' }`.
self.addEventListener('message', (event) => {
  event.waitUntil(keepRuntime(runtimes[event.data?.runsOn] ?? []));
});

async function keepRuntime(names) {
  const cache = await caches.open(cacheName);
  for (const name of names) if ((await cache.match(name)) === undefined) await cache.add(name);
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(answer(request));
});

async function answer(request) {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(request, { ignoreSearch: true });
  return isolated(kept ?? (await fetch(request)));
}

function isolated(response) {
  if (response.type === 'opaque' || response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(isolation)) headers.set(name, value);
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}
