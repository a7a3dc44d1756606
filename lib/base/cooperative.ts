// Long computations as generators that pause between small pieces of work. Whoever waits for the result takes it at once;
// whoever can wait takes it in slices, between which a page answers its user and a server its clients. By convention the
// generator is called by what it is doing: `simplifyModel` is `simplifying`, at once.

/** A computation that pauses now and then. */
export type Sliced<T> = Generator<undefined, T, undefined>;

/** The result, without a pause. */
export function atOnce<T>(computation: Sliced<T>): T {
  for (;;) {
    const { done, value } = computation.next();
    if (done === true) return value;
  }
}

/** How long a slice is, in ms: half of what a screen shows one picture for. */
const slice = 8;

/** The result, with the thread free in between. */
export async function inSlices<T>(computation: Sliced<T>): Promise<T> {
  for (;;) {
    const end = performance.now() + slice;
    do {
      const { done, value } = computation.next();
      if (done === true) return value;
    } while (performance.now() < end);
    await breath();
  }
}

/** Lets whatever waits for the thread have it. (A timer would do, but for the 4 ms that browsers add to each.) */
export function breath(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
