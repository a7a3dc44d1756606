import { reasonFor } from '../../files/file-errors.js';

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

/** How a command is stopped, until disposed. */
export interface StopListener extends Disposable {
  /** Aborts with an `Interruption`. */
  readonly signal: AbortSignal;
  /** Why the command was asked to stop; `null` if it was not. */
  readonly interruption: Interruption | null;
}

/**
 * The first Ctrl-C, SIGTERM or SIGHUP aborts: the work ends after its step, with the results so far. A second one quits at
 * once. Output that cannot be written aborts too.
 * @param say prints a line on standard error
 */
export function listenForStop(say: (text: string) => void): StopListener {
  const controller = new AbortController();
  let interruption: Interruption | null = null;
  const stop = (reason: Interruption) => {
    interruption ??= reason;
    controller.abort(interruption);
  };
  const onSignal = (name: StopSignal) => {
    const reason = Interruption.bySignal(name);
    if (controller.signal.aborted) process.exit(reason.exitCode);
    say('Stopping after this step; Ctrl-C again quits at once.');
    stop(reason);
  };
  const listeners = stopSignals.map((name) => [name, () => onSignal(name)] as const);
  for (const [name, listener] of listeners) process.on(name, listener);
  process.stdout.on('error', (error: Error) => stop(Interruption.byOutput(error)));
  return {
    signal: controller.signal,
    get interruption() {
      return interruption;
    },
    [Symbol.dispose]() {
      for (const [name, listener] of listeners) process.off(name, listener);
    },
  };
}
