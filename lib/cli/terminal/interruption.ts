import { reasonFor } from '../../files/failure.js';

/** The signals that ask a command to stop. */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type StopSignal = (typeof stopSignals)[number];

/** The exit codes that shells report for programs ended by a signal: 128 plus the signal's number. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 } as const;

/** Why a command stops before its work is done: the abort reason of `Terminal.signal`. */
export class Interruption extends Error {
  override readonly name = 'Interruption';

  private constructor(
    message: string,
    readonly exitCode: number,
    /** The signal that stopped it; `null` for a failure of standard output. */
    readonly signal: StopSignal | null,
    /** Whether to exit without a message. */
    readonly isQuiet: boolean,
  ) {
    super(message);
  }

  static bySignal(signal: StopSignal): Interruption {
    const name = signal === 'SIGINT' ? 'Ctrl-C' : signal;
    return new Interruption(`stopped by ${name}`, exitCodes[signal], signal, false);
  }

  /** Standard output cannot be written. Quiet if its reader closed the pipe, as `| head -1` does. */
  static byOutput(cause: Error): Interruption {
    if ('code' in cause && cause.code === 'EPIPE')
      return new Interruption('standard output was closed', exitCodes.SIGPIPE, null, true);
    return new Interruption(`cannot write to standard output: ${reasonFor(cause)[1]}`, 1, null, false);
  }
}

/** Calls `stop` on each stop signal until disposed. */
export function onStopSignals(stop: (interruption: Interruption) => void): Disposable {
  const listeners = stopSignals.map((signal) => [signal, () => stop(Interruption.bySignal(signal))] as const);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return {
    [Symbol.dispose]() {
      for (const [signal, listener] of listeners) process.off(signal, listener);
    },
  };
}
