/** What one step did to one test. */
export interface Outcome {
  readonly status: Status;
  /** Why it is not as it should be; empty if it is. */
  readonly detail: string;
}

/**
 * - `ok`        as it should be
 * - `fixed`     only of gradients: right once the inputs that are integers are constants; `detail` tells why not before
 * - `refused`   an error of the library, which names the reason
 * - `no path`   only of gradients: nothing can be differentiated
 * - `wrong`     another result, without an error
 * - `unloadable` ONNX Runtime rejects the model that was made
 * - `not run`   ONNX Runtime does not run the test itself, or a step before this one failed
 * - `fault`     an error that is not the library's, a crash, or a time limit
 */
export const statuses = [
  'ok',
  'fixed',
  'refused',
  'no path',
  'wrong',
  'unloadable',
  'not run',
  'fault',
] as const;
export type Status = (typeof statuses)[number];

export const steps = ['runs', 'rewritten', 'normalized', 'simplified', 'gradient'] as const;
export type Step = (typeof steps)[number];

/** One test. */
export interface Row {
  /** Its group and name, such as `node/test_relu`. */
  readonly name: string;
  /** The operators of its model. */
  readonly operators: string;
  readonly opset: number;
  readonly outcomes: Readonly<Record<Step, Outcome>>;
}
