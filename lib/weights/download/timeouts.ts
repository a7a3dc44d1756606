/** How long a download waits for what, and how often it tries: in milliseconds and bytes. */
export interface Patience {
  /** How often it fails, without having got on in between, before it gives up. */
  readonly attempts: number;
  /** What it waits after the first failure; twice as long after each further one, a random part of it less. */
  readonly backoff: number;
  /** The longest it waits, also where a server asks for longer (Retry-After). */
  readonly longestWait: number;
  /** For a connection, and for an answer to begin. */
  readonly answer: number;
  /** For the next bytes of an answer. */
  readonly idle: number;
  /** In this time at least `slowest` bytes have to come. */
  readonly window: number;
  readonly slowest: number;
}

export const patienceDefaults: Patience = {
  attempts: 5,
  backoff: 500,
  longestWait: 60_000,
  answer: 30_000,
  idle: 30_000,
  window: 30_000,
  slowest: 30 * 1024,
};
