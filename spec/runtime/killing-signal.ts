/** A signal that aborts as soon as a request listens to it: after the request is sent, and before its reply. */
export function killingSignal(reason: Error): AbortSignal {
  const controller = new AbortController();
  const { signal } = controller;
  const listen = signal.addEventListener.bind(signal);
  Object.assign(signal, {
    addEventListener: (type: string, listener: EventListener, options?: AddEventListenerOptions) => {
      listen(type, listener, options);
      queueMicrotask(() => controller.abort(reason));
    },
  });
  return signal;
}
