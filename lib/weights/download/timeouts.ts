/** Timeouts and retries of a download; times are in milliseconds, amounts in bytes. */
export interface Patience {
  /** Failures without progress in between before the download gives up. @default 5 */
  readonly attempts: number;
  /**
   * The pause after the first failure; doubles with each further one. Up to half is subtracted at random.
   * @default 500
   */
  readonly backoff: number;
  /** The longest pause, even if a server requests a longer one (Retry-After). @default 60 000 */
  readonly longestWait: number;
  /** The timeout for a connection, and for a response to begin. @default 30 000 */
  readonly answer: number;
  /** The timeout for the next bytes of a response. @default 30 000 */
  readonly idle: number;
  /** At least `slowest` bytes must arrive in this time. @default 30 000 */
  readonly window: number;
  /** The minimum number of bytes per `window`. @default 30 720 */
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
