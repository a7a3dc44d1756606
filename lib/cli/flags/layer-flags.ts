import { InvalidArgumentError } from 'commander';

import type { LayerWeights } from '../../tasks/common/layers.js';

/** Adds one `NAME[=WEIGHT]` to those of earlier flags: for flags that may be repeated. */
export function collectLayer(text: string, before: LayerWeights | undefined): LayerWeights {
  const equals = text.lastIndexOf('=');
  const name = equals === -1 ? text : text.slice(0, equals);
  const weight = equals === -1 ? 1 : Number(text.slice(equals + 1));
  if (name === '' || !Number.isFinite(weight) || text.endsWith('='))
    throw new InvalidArgumentError('It must be the name of a layer, or NAME=WEIGHT with a number.');
  return { ...before, [name]: weight };
}

/** Numbers separated by commas. */
export function parseNumbers(text: string): readonly number[] {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (!numbers.every(Number.isFinite))
    throw new InvalidArgumentError('It must be numbers separated by commas.');
  return numbers;
}
