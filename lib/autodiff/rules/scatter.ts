import { OneirosError } from '../../base/errors.js';
import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr, describe } from '../../onnx/graph/attributes.js';
import { knownIndices } from './gather.js';
import type { Cotangents, RuleContext, RuleInputs } from './rule.js';

/** An operator that writes updates into a tensor, and the one that reads what was written. */
interface Scattering {
  readonly scatter: (b: Builder, x: Value, indices: Value, updates: Value, reduction?: string) => Value;
  readonly gather: (b: Builder, x: Value, indices: Value) => Value;
  /** Where in the data each write goes, from known indices and their shape; NaN stands for what is not known. */
  readonly placeOf: (
    numbers: readonly number[],
    dims: readonly number[],
  ) => (write: number) => readonly number[];
  /** How many writes indices of a shape make. */
  readonly writes: (dims: readonly number[]) => number;
}

type Scatter = RuleContext<RuleInputs<3>>;

/**
 * The cotangents of a scatter's data and updates, for each reduction:
 *
 * - `none`: an update gets the cotangent at its position; if known indices repeat, only the last update of an element.
 *   (ONNX leaves it open what others that repeat do; torch.scatter passes the cotangent to each.)
 * - `add`: all get the cotangent
 * - `mul`: each gets dy · (product of the others), also with zeros among them
 * - `max`, `min`: those that are the result share the cotangent evenly, as in torch.scatter_reduce
 */
export function scatterCotangents(context: Scatter, scattering: Scattering): Cotangents {
  const { b, node, dy, x } = context;
  const [, indices, updates] = x;
  const reduction = attr.string(node, 'reduction', 'none');
  const { scatter, gather } = scattering;
  switch (reduction) {
    case 'none':
      return [
        () => scatter(b, dy, indices, b.fillLike(updates, 0)),
        null,
        () => {
          const own = gather(b, dy, indices);
          return repeats(context, scattering) ? whereLast(context, scattering, own) : own;
        },
      ];
    case 'add':
      return [dy, null, () => gather(b, dy, indices)];
    case 'mul':
      return productCotangents(context, scattering);
    case 'max':
    case 'min':
      return extremeCotangents(context, scattering);
    default:
      throw new OneirosError(
        'unsupported',
        `${describe(node)}: the reduction "${reduction}" has no gradient rule`,
      );
  }
}

/** Whether known indices write an element twice, or may do so. */
function repeats({ x: [, indices] }: Scatter, { placeOf, writes }: Scattering): boolean {
  const numbers = knownIndices(indices);
  const dims = indices.constant?.dims;
  if (numbers === null || dims === undefined) return false;
  const place = placeOf(numbers, dims);
  const seen = new Set<string>();
  for (let i = 0; i < writes(dims); i++) {
    const written = place(i);
    const key = written.join();
    if (seen.has(key) || written.some(Number.isNaN)) return true;
    seen.add(key);
  }
  return false;
}

/** The cotangent where an update was not overwritten by a later one, found by writing the updates' numbers. */
function whereLast(
  { b, x: [x, indices, updates] }: Scatter,
  { scatter, gather }: Scattering,
  own: Value,
): Value {
  const written = b.reshape(b.range(b.elements(updates)), b.shape(updates));
  const blank = b.expand(b.scalar(0, 'int64'), b.shape(x));
  const kept = gather(b, scatter(b, blank, indices, written), indices);
  return b.where(b.equal(kept, written), own, 0);
}

function productCotangents(
  { b, dy, x: [x, indices, updates] }: Scatter,
  { scatter, gather }: Scattering,
): Cotangents {
  const isZero = (value: Value) => b.equal(value, 0);
  const nonzero = (value: Value) => b.where(isZero(value), 1, value);
  const product = scatter(b, nonzero(x), indices, nonzero(updates), 'mul');
  const zeros = scatter(b, b.castLike(isZero(x), x), indices, b.castLike(isZero(updates), x), 'add');
  /** The product of the factors of an element except one. */
  const others = (factor: Value, all: Value, count: Value) =>
    b.where(
      isZero(factor),
      b.where(b.equal(count, 1), all, 0),
      b.where(b.equal(count, 0), b.div(all, nonzero(factor)), 0),
    );
  return [
    () => b.mul(dy, others(x, product, zeros)),
    null,
    () =>
      b.mul(gather(b, dy, indices), others(updates, gather(b, product, indices), gather(b, zeros, indices))),
  ];
}

function extremeCotangents(
  { b, dy, x: [x, indices, updates], y: [y] }: Scatter,
  { scatter, gather }: Scattering,
): Cotangents {
  const isKept = b.equal(x, y);
  const isChosen = b.equal(updates, gather(b, y, indices));
  const count = scatter(b, b.castLike(isKept, dy), indices, b.castLike(isChosen, dy), 'add');
  const share = b.div(dy, count);
  return [() => b.where(isKept, share, 0), null, () => b.where(isChosen, gather(b, share, indices), 0)];
}
