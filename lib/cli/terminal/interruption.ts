import { reasonFor } from '../../files/failure.js';

/** The signals that ask a command to stop. */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type StopSignal = (typeof stopSignals)[number];

/** The exit codes that shells give to programs that a signal has ended: 128 and its number. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 } as const;

/** Why a command stops before its work is whole, as the reason of `Terminal.signal`. */
export class Interruption extends Error {
  override readonly name = 'Interruption';

  private constructor(
    message: string,
    readonly exitCode: number,
    /** The signal that it was asked to stop by. */
    readonly signal: StopSignal | null,
    /** Whether nobody needs to be told. */
    readonly isQuiet: boolean,
  ) {
    super(message);
  }

  static bySignal(signal: StopSignal): Interruption {
    const name = signal === 'SIGINT' ? 'Ctrl-C' : signal;
    return new Interruption(`stopped by ${name}`, exitCodes[signal], signal, false);
  }

  /** Standard output takes no more: silently where its reader has gone, which need not read all (`| head -1`). */
  static byOutput(cause: Error): Interruption {
    if ('code' in cause && cause.code === 'EPIPE')
      return new Interruption('standard output was closed', exitCodes.SIGPIPE, null, true);
    return new Interruption(`cannot write to standard output: ${reasonFor(cause)[1]}`, 1, null, false);
  }
}

/** Calls back at the signals that ask to stop, until it is disposed. */
export function onStopSignals(stop: (interruption: Interruption) => void): Disposable {
  const listeners = stopSignals.map((signal) => [signal, () => stop(Interruption.bySignal(signal))] as const);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return {
    [Symbol.dispose]() {
      for (const [signal, listener] of listeners) process.off(signal, listener);
    },
  };
}
