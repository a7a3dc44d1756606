/** What one step did to one test. */
export interface Outcome {
  readonly status: Status;
  /** Why it is not as it should be; empty if it is. */
  readonly detail: string;
}

/**
 * - `ok`        as it should be
 * - `by data`   only of gradients: right by every floating-point input but parameters that have no gradient rule
 * - `fixed`     only of gradients: right once the inputs that are integers are constants; `detail` tells why not before
 * - `refused`   an error of the library, which names the reason
 * - `bfloat16`  the same, since a value on the path is bfloat16
 * - `no path`   only of gradients: nothing can be differentiated, or nothing that a tensor of floats describes
 * - `other domain` only of gradients: operators that are not ONNX's own; these are not in the share
 * - `wrong`     another result, without an error
 * - `unloadable` ONNX Runtime rejects the model that was made
 * - `not run`   ONNX Runtime does not run the test itself, or a step before this one failed
 * - `fault`     an error that is not the library's, a crash, or a time limit
 */
export const statuses = [
  'ok',
  'by data',
  'fixed',
  'refused',
  'bfloat16',
  'no path',
  'other domain',
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
