import { printable } from './printable.js';

/**
 * Why an operation of this library failed:
 * - `bad-argument`  an argument is wrong (an unknown layer, a negative size)
 * - `bad-input`     data from outside is malformed (an image, an ONNX file, a checkpoint, JSON)
 * - `not-found`     a file, a model or a tensor does not exist
 * - `too-large`     the data does not fit in memory, or exceeds a limit
 * - `unsupported`   the input is well-formed, but this library (or the chosen provider) cannot process it
 * - `runtime`       ONNX Runtime, a worker or the operating system failed
 */
export type ErrorCode = 'bad-argument' | 'bad-input' | 'not-found' | 'too-large' | 'unsupported' | 'runtime';

/**
 * The error class of the library. Its message is one line: what was wrong, what was expected and, where it helps, what
 * to do. Programs test `code`. An aborted operation throws the signal's reason instead.
 */
export class OneirosError extends Error {
  override readonly name = 'OneirosError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    // Messages contain names from files, which can hold any characters; a message stays one line of plain text.
    super(printable(message.replace(/\s*[\t\n\v\f\r]+\s*/g, ' ')), options);
  }
}

/**
 * The error that came first. If disposing of something fails after another failure, JavaScript throws a SuppressedError
 * around both, whose own message describes neither.
 */
export function originalOf(error: unknown): unknown {
  let original = error;
  // Compared by name: in engines without explicit resource management, the compiler emits a substitute class.
  while (original instanceof Error && original.name === 'SuppressedError' && 'suppressed' in original)
    original = original.suppressed;
  return original;
}

/**
 * The message of any thrown value, on one line: that of the first error, with its causes if it does not contain them.
 */
export function messageOf(error: unknown): string {
  return reasonOf(error, maxCauses)
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}

/** A bound, because errors can be causes of each other in a cycle. */
const maxCauses = 8;

function reasonOf(thrown: unknown, causes: number): string {
  const error = originalOf(thrown);
  if (!(error instanceof Error)) return String(error);
  if (error instanceof OneirosError || causes === 0) return error.message;
  const parts: readonly unknown[] = error instanceof AggregateError ? error.errors : [error.cause];
  const reasons = parts
    .filter((part) => part instanceof Error)
    .map((part) => reasonOf(part, causes - 1))
    .filter((reason) => reason !== '' && !error.message.includes(reason));
  return [error.message, reasons.join('; ')].filter((text) => text !== '').join(': ') || error.name;
}
