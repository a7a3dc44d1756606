// Keeps the studio, so that it works without a network from the second visit on: all but ONNX Runtime at once, and of its
// builds the one that the page runs on, when the page says so. The build of the studio fills in the names.
const version = 'VERSION';
const files = ['FILES'];
/** Of each provider. */
const runtimes = { RUNTIMES: [] };
const prefix = 'oneiros-studio-';
const cacheName = `${prefix}${version}`;

/** What lets the page share memory between threads, also where its server does not say so. */
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
  // Who could work offline before an update can do so after it.
  for (const provider of await providersBefore()) await cache.addAll(runtimes[provider]);
}

/** The providers for which an earlier version was kept: a runtime's name stays the same but for its hash. */
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

// The page says what it runs on: `{ runsOn: 'wasm' }`.
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
