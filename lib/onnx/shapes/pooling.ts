import { add, floorDiv, mul, sub } from '../facts/dim.js';
import {
  anyShape,
  contradiction,
  dtypeOf,
  type Inference,
  type Inferences,
  isGiven,
  known,
  numbersIn,
  requireRank,
  shapeOf,
} from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import type { Shape } from '../graph/graph.js';
import { countWindows, extent, windowsOf } from './windows.js';

/** The second output, if any, is MaxPool's: the indices of the maxima. */
const pool: Inference = (node, inputs) => {
  const [x] = inputs;
  const shape = requireRank(node, inputs, 0, 3, true);
  const pooled = (): Shape | null => {
    if (shape === null) return null;
    const spatial = shape.slice(2);
    const windows = windowsOf(node, inputs, spatial.length, attr.ints(node, 'kernel_shape'));
    const isCeiled = attr.int(node, 'ceil_mode', 0) !== 0;
    return [...shape.slice(0, 2), ...countWindows(node, inputs, spatial, windows, isCeiled)];
  };
  const result = pooled();
  return [known(dtypeOf(x), result), known('int64', result)];
};

const globalPool: Inference = (node, inputs) => {
  const shape = requireRank(node, inputs, 0, 3, true);
  return [known(dtypeOf(inputs[0]), shape && shape.map((size, i) => (i < 2 ? size : 1)))];
};

/** The sizes of the input before pooling, or those given. */
const maxUnpool: Inference = (node, inputs) => {
  const [x] = inputs;
  const shape = requireRank(node, inputs, 0, 3, true);
  if (isGiven(node, 2)) {
    const sizes = numbersIn(inputs[2]);
    return [known(dtypeOf(x), sizes ?? (shape && anyShape(shape.length)))];
  }
  if (shape === null) return [known(dtypeOf(x), null)];
  const spatial = shape.slice(2);
  const windows = windowsOf(node, inputs, spatial.length, attr.ints(node, 'kernel_shape'));
  const sizes = spatial.map((size, i) => {
    const [before, behind] = windows.pads[i]!;
    return add(mul(sub(size, 1), windows.strides[i]!), sub(extent(windows, i), before + behind));
  });
  return [known(dtypeOf(x), [...shape.slice(0, 2), ...sizes])];
};

/** One pooled map of fixed size for each of the regions, which are `[regions, 5]`. */
const maxRoiPool: Inference = (node, inputs) => {
  const [x, regions] = inputs;
  const shape = requireRank(node, inputs, 0, 4);
  const pooled = attr.ints(node, 'pooled_shape');
  if (pooled.length !== 2) throw contradiction(node, inputs, 'pooled_shape must be two numbers');
  const [count, channels] = [shapeOf(regions)?.[0], shape?.[1]];
  const [anyCount, anyChannels] = anyShape(2);
  return [known(dtypeOf(x), [count ?? anyCount!, channels ?? anyChannels!, ...pooled])];
};

/** Columns of image patches put back at their positions: [n, c·∏block, windows] → [n, c, …image]. */
const col2im: Inference = (node, inputs) => {
  const [x] = inputs;
  const shape = requireRank(node, inputs, 0, 3);
  const [image, block] = [numbersIn(inputs[1]), numbersIn(inputs[2])];
  if (shape === null || image === null || block === null) return [known(dtypeOf(x), null)];
  const area = block.reduce((product, size) => product * size, 1);
  const channels = shape[1]!;
  if (typeof channels === 'number' && channels % area !== 0)
    throw contradiction(node, inputs, `${channels} rows do not divide into blocks of ${area}`);
  return [known(dtypeOf(x), [shape[0]!, floorDiv(channels, area), ...image])];
};

export const pooling: Inferences = {
  AveragePool: pool,
  Col2Im: col2im,
  GlobalAveragePool: globalPool,
  GlobalLpPool: globalPool,
  GlobalMaxPool: globalPool,
  LpPool: pool,
  MaxPool: pool,
  MaxRoiPool: maxRoiPool,
  MaxUnpool: maxUnpool,
};
