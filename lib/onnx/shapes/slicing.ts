import { add, anySize, ceilDiv, isAtLeastZero, max, min, sub } from '../facts/dim.js';
import {
  anyShape,
  axisOf,
  contradiction,
  dtypeOf,
  type Inference,
  type Inferences,
  isGiven,
  known,
  numbersIn,
  shapeOf,
} from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import type { Dim } from '../graph/graph.js';

const pad: Inference = (node, inputs) => {
  const [x] = inputs;
  const shape = shapeOf(x);
  if (shape === null) return [known(dtypeOf(x), null)];
  const amounts = isGiven(node, 1)
    ? inputs[1]?.content
    : attr.ints(node, 'pads', attr.ints(node, 'paddings', []));
  const axes = isGiven(node, 3) ? numbersIn(inputs[3]) : shape.map((_, i) => i);
  if (!amounts || axes === null) return [known(dtypeOf(x), anyShape(shape.length))];
  if (amounts.length !== 2 * axes.length)
    throw contradiction(node, inputs, `${amounts.length} pads for ${axes.length} axes, which need two each`);
  const padded = [...shape];
  for (const [i, axis] of axes.entries()) {
    const at = axisOf(node, inputs, axis, shape.length);
    padded[at] = add(shape[at]!, add(amounts[i]!, amounts[i + axes.length]!));
  }
  return [known(dtypeOf(x), padded)];
};

/** Starts, ends, axes and steps are inputs, or (up to operator set 9) attributes. */
const slice: Inference = (node, inputs) => {
  const [x] = inputs;
  const shape = shapeOf(x);
  if (shape === null) return [known(dtypeOf(x), null)];
  const list = (name: string, index: number) =>
    isGiven(node, index)
      ? (inputs[index]?.content ?? null)
      : attr.has(node, name)
        ? attr.ints(node, name)
        : undefined;
  const [starts, ends, steps] = [list('starts', 1), list('ends', 2), list('steps', 4)];
  const given = list('axes', 3);
  const count = given?.length ?? starts?.length ?? shapeOf(inputs[1])?.[0] ?? shapeOf(inputs[2])?.[0];
  const axes =
    given === undefined && typeof count === 'number' ? shape.slice(0, count).map((_, i) => i) : given;
  if (!axes || !axes.every((axis) => typeof axis === 'number'))
    return [known(dtypeOf(x), anyShape(shape.length))];
  if ([starts, ends, steps].some((each) => each && each.length !== axes.length))
    throw contradiction(node, inputs, 'starts, ends, axes and steps must have the same length');
  const result = [...shape];
  let content = x?.content ?? null;
  for (const [i, given] of axes.entries()) {
    const axis = axisOf(node, inputs, given, shape.length);
    const [start, end] = [starts?.[i] ?? anySize, ends?.[i] ?? anySize];
    const step = steps === undefined ? 1 : (steps?.[i] ?? anySize);
    if (step === 0) throw contradiction(node, inputs, 'a step of 0 is not allowed');
    result[axis] = typeof step === 'number' ? sliceLength(shape[axis]!, start, end, step) : anySize;
    const isKnown = typeof start === 'number' && typeof end === 'number' && typeof step === 'number';
    content = content && isKnown ? sliceOf(content, start, end, step) : null;
  }
  return [known(dtypeOf(x), result, content)];
};

/** How many of `size` elements are between two ends, which count from the end if negative and are clamped. */
function sliceLength(size: Dim, start: Dim, end: Dim, step: number): Dim {
  if (step < 0) return backwardLength(size, start, end, -step);
  const last = positionOf(size, end);
  // A start beyond the end gives 0 below; a negative start selects at most all elements.
  if (last === size && typeof start === 'number' && start < 0) return ceilDiv(min(size, -start), step);
  const first =
    typeof start === 'number' && start < 0
      ? max(add(size, start), 0)
      : isAtLeastZero(start)
        ? start
        : anySize;
  return ceilDiv(max(sub(last, first), 0), step);
}

/** The position of an end, from 0 to `size`. */
function positionOf(size: Dim, end: Dim): Dim {
  if (typeof end === 'number' && end < 0) return max(add(size, end), 0);
  if (typeof end === 'number' && end >= hugeEnd) return size;
  return isAtLeastZero(end) ? min(size, end) : anySize;
}

/** Ends from here on mean "to the end": exporters write INT32_MAX or INT64_MAX. */
const hugeEnd = 2 ** 31 - 1;

function backwardLength(size: Dim, start: Dim, end: Dim, step: number): Dim {
  if (typeof start !== 'number' || typeof end !== 'number') return anySize;
  if (typeof size === 'number') {
    const first = Math.min(start < 0 ? start + size : start, size - 1);
    const last = Math.max(end < 0 ? end + size : end, -1);
    return Math.max(0, Math.ceil((first - last) / step));
  }
  const isWhole = (start === -1 || start >= hugeEnd) && end <= -hugeEnd;
  return isWhole ? ceilDiv(size, step) : anySize;
}

function sliceOf(content: readonly Dim[], start: number, end: number, step: number): readonly Dim[] {
  const n = content.length;
  const clamp = (at: number, low: number, high: number) =>
    Math.min(Math.max(at < 0 ? at + n : at, low), high);
  const kept: Dim[] = [];
  if (step > 0) for (let i = clamp(start, 0, n); i < clamp(end, 0, n); i += step) kept.push(content[i]!);
  else for (let i = clamp(start, -1, n - 1); i > clamp(end, -1, n - 1); i += step) kept.push(content[i]!);
  return kept;
}

/** The wanted sizes, on the axes that are listed. */
const centerCropPad: Inference = (node, inputs) => {
  const [x, sizes] = inputs;
  const shape = shapeOf(x);
  if (shape === null) return [known(dtypeOf(x), null)];
  const every = shape.map((_, axis) => axis);
  const result = [...shape];
  for (const [i, axis] of attr.ints(node, 'axes', every).entries())
    result[axisOf(node, inputs, axis, shape.length)] = sizes?.content?.[i] ?? anySize;
  return [known(dtypeOf(x), result)];
};

export const slicing: Inferences = {
  CenterCropPad: centerCropPad,
  Pad: pad,
  Slice: slice,
};
