import type { Value } from '../builder/graph-builder.js';
import { isEqual } from '../facts/dim.js';
import { attr } from '../graph/attributes.js';
import type { Conversion } from './rule.js';

/** What is added to the scores of attention. */
export interface AttentionBias {
  /** −∞ where a query does not attend to a key; broadcasts to batch × heads × queries × keys. */
  readonly value: Value;
  /** Whether a query attends to no key: the same axes, the last of size 1. `undefined` if there is no such query. */
  readonly isNever: Value | undefined;
}

/** The mask and the limits of causal attention, of windows and of padding; `undefined` if there are none. */
export function attentionBias(c: Conversion, q: Value, key: Value): AttentionBias | undefined {
  const { b } = c;
  const given = givenMask(c, q, key);
  const limit = allowedKeys(c, q, key);
  const limits = limit && b.where(limit, b.scalar(0, c.dtype(q)), -Infinity);
  const value = given && limits ? b.add(given, limits) : (given ?? limits);
  if (value === undefined) return undefined;
  // Without a mask and with the cache inside, a query attends at least to the key at its own place.
  const always = given === undefined && c.input(6) === undefined && !hasWindow(c);
  return { value, isNever: always ? undefined : b.equal(b.max(value, [-1]), -Infinity) };
}

/** The mask as numbers. It may have fewer keys than there are: the others are padding. */
function givenMask(c: Conversion, q: Value, key: Value): Value | undefined {
  const { b } = c;
  const mask = c.input(3);
  if (mask === undefined) return undefined;
  const rank = c.rank(mask);
  const numbers =
    c.dtype(mask) === 'bool' ? b.where(mask, b.scalar(0, c.dtype(q)), -Infinity) : b.castLike(mask, q);
  const [size, keys] = [mask.type?.shape?.at(-1), key.type?.shape?.[2]];
  const fits = size !== undefined && keys !== undefined ? isEqual(size, keys) : null;
  const mayBeShort = c.input(6) !== undefined || (fits === false && size !== 1);
  if (fits === true || !mayBeShort) return numbers;
  const missing = b.sub(b.dim(key, 2), b.dim(mask, -1));
  return b.pad(numbers, [...Array.from({ length: 2 * rank - 1 }, () => 0), missing], -Infinity);
}

/** Whether a query may attend to a key: queries × keys, or batch × 1 × queries × keys. */
function allowedKeys(c: Conversion, q: Value, key: Value): Value | undefined {
  const { b, node } = c;
  const isCausal = attr.int(node, 'is_causal', 0) === 1;
  const filled = c.input(6);
  const keys = b.range(b.dim(key, 2));
  const counts = filled && b.reshape(filled, [-1, 1, 1, 1]);
  const allowed = counts === undefined ? [] : [b.less(keys, counts)];
  if (isCausal || hasWindow(c)) {
    // The place of each query among the keys.
    const places = b.add(b.unsqueeze(b.range(b.dim(q, 2)), [1]), firstPlace(c, q, counts));
    const [left, right] = [windowSize(c, 'left_window_size'), windowSize(c, 'right_window_size')];
    if (isCausal) allowed.push(b.lessOrEqual(keys, places));
    if (left >= 0) allowed.push(b.greaterOrEqual(keys, b.sub(places, left)));
    if (right >= 0) allowed.push(b.lessOrEqual(keys, b.add(places, right)));
  }
  return allowed.length === 0 ? undefined : allowed.reduce((all, each) => b.and(all, each));
}

/** How many keys come before the first query. */
function firstPlace(c: Conversion, q: Value, counts: Value | undefined): Value {
  const { b } = c;
  const past = c.input(4);
  if (past !== undefined) return b.dim(past, 2);
  return counts === undefined ? b.sizes([0]) : b.sub(counts, b.dim(q, 2));
}

function hasWindow(c: Conversion): boolean {
  return windowSize(c, 'left_window_size') >= 0 || windowSize(c, 'right_window_size') >= 0;
}

/** How far a query looks to one side; −1 is without limit. */
function windowSize(c: Conversion, name: 'left_window_size' | 'right_window_size'): number {
  return attr.int(c.node, name, -1);
}
