import type { State } from './state/state.js';
import type { Store } from './state/store.js';

/**
 * Makes a built page work offline from the next visit on, with the build of ONNX Runtime that its provider needs:
 * registers the service worker, `scripts/studio/service-worker.mjs`.
 */
export function keepOffline(store: Store<State>): void {
  // Only a built page has the service worker.
  const isBuilt = document.documentElement.dataset['offline'] !== undefined;
  if (!isBuilt || !('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  void serviceWorker.register('service-worker.js');
  store.watch(
    ({ provider }) => [provider.runs],
    ([runsOn]) => {
      if (runsOn !== null) void serviceWorker.ready.then(({ active }) => active?.postMessage({ runsOn }));
    },
  );
}
