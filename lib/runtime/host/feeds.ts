import { describeValue } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { nearest } from '../../base/nearest-names.js';
import { own } from '../../base/own.js';
import { sizeOf, type Tensor } from '../../tensor/tensor.js';
import type { TensorInfo } from '../types.js';

/**
 * Checks feeds against a model's inputs before they reach native code.
 * @throws OneirosError `bad-argument` naming the first input that is unknown, missing or does not fit
 */
export function checkFeeds(feeds: Readonly<Record<string, Tensor>>, inputs: readonly TensorInfo[]): void {
  const known = new Set(inputs.map(({ name }) => name));
  for (const name of Object.keys(feeds)) if (!known.has(name)) throw unknownName('input', name, [...known]);
  const missing = [...known].filter((name) => own(feeds, name) === undefined);
  if (missing.length > 0)
    throw new OneirosError('bad-argument', `the feeds lack the model's input${list(missing)}`);
  for (const input of inputs) {
    const feed = own(feeds, input.name);
    if (feed !== undefined) checkFeed(feed, input);
  }
}

/** @throws OneirosError `bad-argument` for a name that is not an output of the model */
export function checkFetches(fetches: readonly string[], outputs: readonly TensorInfo[]): void {
  const known = outputs.map(({ name }) => name);
  for (const name of fetches) if (!known.includes(name)) throw unknownName('output', name, known);
}

function checkFeed(feed: Tensor, { name, ...input }: TensorInfo): void {
  if (!isTensor(feed))
    throw new OneirosError(
      'bad-argument',
      `input "${name}" takes a tensor, such as float32([1, 2], [1, 2]), not ${describeValue(feed)}`,
    );
  const { dtype, dims, data } = feed;
  if (dtype !== input.dtype)
    throw new OneirosError('bad-argument', `input "${name}" takes ${input.dtype}, not ${dtype}`);
  // An empty list may also mean that the model does not declare the rank: then ONNX Runtime checks.
  const fits =
    input.dims.length === 0 ||
    (input.dims.length === dims.length &&
      input.dims.every((expected, axis) => typeof expected === 'string' || expected === dims[axis]));
  if (!fits)
    throw new OneirosError(
      'bad-argument',
      `input "${name}" takes dimensions [${input.dims.join(', ')}], not [${dims.join(', ')}]`,
    );
  if (data.length !== sizeOf(dims))
    throw new OneirosError(
      'bad-argument',
      `input "${name}" of dimensions [${dims.join(', ')}] needs ${sizeOf(dims)} elements but holds ${data.length}` +
        (data.length === 0 ? ': an earlier run may have taken them with `transfer`' : ''),
    );
}

// Callers in plain JavaScript can pass any value.
function isTensor(value: unknown): boolean {
  if (
    typeof value !== 'object' ||
    value === null ||
    !('dtype' in value && 'dims' in value && 'data' in value)
  )
    return false;
  return Array.isArray(value.dims) && (Array.isArray(value.data) || ArrayBuffer.isView(value.data));
}

function unknownName(what: 'input' | 'output', name: string, known: readonly string[]): OneirosError {
  const some = known.length > 8 ? [...nearest(name, known), '…'] : known;
  return new OneirosError(
    'bad-argument',
    `the model has no ${what} "${name}"; its ${what}s are ${some.join(', ')}`,
  );
}

function list(names: readonly string[]): string {
  return `${names.length > 1 ? 's' : ''} ${names.map((name) => `"${name}"`).join(', ')}`;
}
