import { attr } from '../attributes.js';
import { elementCodeOf } from '../codec/elements.js';
import type { Conversion, Rules } from './rule.js';

/** The last element type that operator set 17 knows is bfloat16. */
const newestType = 16;

/** The target was a name at first; from 19 on there are types of 8 bits and less, which alone need the newer attributes. */
function cast(c: Conversion): void {
  const to = c.version < 6 ? elementCodeOf(attr.string(c.node, 'to')) : attr.int(c.node, 'to');
  if (to === undefined || to > newestType) c.fail(`the element type ${to ?? attr.string(c.node, 'to')}`);
  c.keep({ to, saturate: undefined, round_mode: undefined });
}

function topK(c: Conversion): void {
  c.keep({ k: undefined }, [c.required(0), c.b.sizes([attr.int(c.node, 'k')])]);
}

/** Since 18 elements that meet may be resolved by their extremum. */
function scatter(c: Conversion): void {
  const reduction = attr.string(c.node, 'reduction', 'none');
  if (reduction === 'max' || reduction === 'min') c.fail(`the reduction "${reduction}"`);
  c.keep();
}

const interpolations = new Map([
  ['linear', 'bilinear'],
  ['cubic', 'bicubic'],
]);

/** Since 20 with any number of axes, and other names for the modes. */
function gridSample(c: Conversion): void {
  if (c.rank(c.required(0)) !== 4) c.fail('sampling of other than images');
  const mode = attr.string(c.node, 'mode', 'linear');
  c.keep({ mode: interpolations.get(mode) ?? mode });
}

/** Blocks of elements with a scale each, and element types of 8 bits and less, came at 19 and later. */
function quantize(c: Conversion): void {
  if (attr.int(c.node, 'block_size', 0) !== 0) c.fail('scales by block');
  if (attr.int(c.node, 'output_dtype', 0) !== 0 && c.input(2) === undefined)
    c.fail('an output type without a zero point');
  const newer = ['saturate', 'block_size', 'output_dtype', 'precision'];
  c.keep(Object.fromEntries(newer.map((name) => [name, undefined])));
}

/** The axis became an input at 20, and counts the axis of real and imaginary parts. */
function dft(c: Conversion): void {
  const [axis = -2] = c.numbers(2, 'axes') ?? [];
  const rank = c.rank(c.required(0));
  c.keep({ axis: axis < 0 ? axis + rank : axis }, [c.required(0), c.input(1)]);
}

const quantizing = [{ from: 19, convert: quantize }];
const recurrent = [{ before: 7, convert: (c: Conversion) => c.keep({ output_sequence: undefined }) }];
const scattering = [{ from: 18, convert: scatter }];

export const misc: Rules = {
  Cast: [
    { before: 6, convert: cast },
    { from: 19, convert: cast },
  ],
  TopK: [{ before: 10, convert: topK }],
  Scatter: [{ convert: (c) => c.keep({}, undefined, 'ScatterElements') }],
  ScatterElements: scattering,
  ScatterND: scattering,
  GridSample: [{ from: 20, convert: gridSample }],
  // The half pixel at the corner was corrected at 16, with the old way as an option.
  RoiAlign: [
    {
      before: 16,
      convert: (c) => c.keep({ coordinate_transformation_mode: 'output_half_pixel' }),
    },
  ],
  QuantizeLinear: quantizing,
  DequantizeLinear: quantizing,
  DFT: [{ from: 20, convert: dft }],
  Range: [{ from: 27, convert: (c) => c.keep({ stash_type: undefined }) }],
  RNN: recurrent,
  GRU: recurrent,
  LSTM: recurrent,
  Scan: [{ before: 9, convert: (c) => c.fail('a batch axis and lengths of its own') }],
};
