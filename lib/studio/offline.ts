import type { State } from './state/state.js';
import type { Store } from './state/store.js';

/** Has the page work without a network from the next visit on, where it was built so, with the runtime that it takes. */
export function keepOffline(store: Store<State>): void {
  // The worker that serves the page without a network is there only where the page was built.
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
