import { add, isEqual, mul } from '../../facts/dim.js';
import { attr } from '../../graph/attributes.js';
import type { Check, Checks } from './requirements.js';

/** As many numbers as spatial axes, and twice as many pads. */
const windows: Check = (of) => {
  const axes = of.spatialRank;
  for (const name of ['kernel_shape', 'strides', 'dilations']) of.attribute(name, axes);
  of.attribute('pads', twice(axes));
};

/** Scales and sizes: one for each axis. Up to operator set 10 the scales are input 1, later the region is. */
const resize: Check = (of) => {
  const axes = of.axisCount();
  if (of.node.inputs.length <= 2) {
    of.vector(1, axes);
    return;
  }
  const isCropped = attr.string(of.node, 'coordinate_transformation_mode', '') === 'tf_crop_and_resize';
  if (isCropped) of.vector(1, axes === null ? null : mul(axes, 2), { orEmpty: true });
  of.vector(2, axes, { orEmpty: true });
  of.vector(3, axes, { orEmpty: true });
};

const convTranspose: Check = (of) => {
  windows(of);
  of.attribute('output_padding', of.spatialRank);
  of.attribute('output_shape', of.spatialRank, of.rank(0));
};

const maxUnpool: Check = (of) => {
  windows(of);
  of.vector(2, of.rank(0));
};

const col2im: Check = (of) => {
  const axes = of.size(1, 0);
  of.vector(1);
  of.vector(2, axes);
  if (typeof axes !== 'number') return;
  of.attribute('strides', axes);
  of.attribute('dilations', axes);
  of.attribute('pads', 2 * axes);
};

const nonMaxSuppression: Check = (of) => {
  of.shaped(0, [null, null, 4]);
  of.shaped(1, [of.size(0, 0), null, of.size(0, 1)]);
  of.single(2, 3, 4);
};

const qLinearConv: Check = (of) => {
  windows(of);
  of.single(1, 2, 6, 7);
  const outputs = of.size(3, 0);
  for (const input of [4, 5]) if (isEqual(of.size(input, 0) ?? 1, 1) === false) of.vector(input, outputs);
};

const maxRoiPool: Check = (of) => {
  of.shaped(1, [null, 5]);
  of.attribute('pooled_shape', 2);
};

const roiAlign: Check = (of) => {
  of.shaped(1, [null, 4]);
  of.vector(2, of.size(1, 0));
};

const gridSample: Check = (of) => of.same('pictures and grids', of.size(0, 0), of.size(1, 0));

/** Rows of theta are coordinates; the requested size includes batch and channels. */
const affineGrid: Check = (of) => {
  const coordinates = of.size(0, 1);
  of.vector(1, coordinates === null ? null : add(coordinates, 2));
};

const upsample: Check = (of) => {
  of.vector(1, of.rank(0));
  of.attribute('scales', of.rank(0));
};

const centerCropPad: Check = (of) => of.vector(1, of.axisCount());

/** Convolution, pooling, resizing and regions. */
export const imageChecks: Checks = [
  ['AffineGrid', affineGrid],
  ['AveragePool', windows],
  ['CenterCropPad', centerCropPad],
  ['Col2Im', col2im],
  ['Conv', windows],
  ['ConvInteger', windows],
  ['ConvTranspose', convTranspose],
  ['GridSample', gridSample],
  ['LpPool', windows],
  ['MaxPool', windows],
  ['MaxRoiPool', maxRoiPool],
  ['MaxUnpool', maxUnpool],
  ['NonMaxSuppression', nonMaxSuppression],
  ['QLinearConv', qLinearConv],
  ['Resize', resize],
  ['RoiAlign', roiAlign],
  ['Upsample', upsample],
];

function twice(count: number | null): number | null {
  return count === null ? null : 2 * count;
}
