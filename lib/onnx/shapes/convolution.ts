import type { DType } from '../../tensor/dtype.js';
import { add, anySize, isEqual, min, mul, sub } from '../facts/dim.js';
import {
  anyShape,
  commonDType,
  contradiction,
  dtypeOf,
  type Facts,
  type Inference,
  type Inferences,
  isGiven,
  known,
  requireRank,
  shapeOf,
} from '../facts/facts.js';
import { attr } from '../graph/attributes.js';
import type { Dim, Node, Shape } from '../graph/graph.js';
import { unify } from './broadcast.js';
import { countWindows, extent, windowsOf } from './windows.js';

interface Operands {
  readonly image: Shape;
  /** [outputs, inputs/group, …kernel] of Conv, [inputs, outputs/group, …kernel] of ConvTranspose. */
  readonly weights: Shape;
  readonly kernel: Shape;
  readonly group: number;
}

/** Shapes of the image and the weights, checked against each other; `weightsAt` is the index of the weights' input. */
function operandsOf(node: Node, inputs: readonly Facts[], weightsAt: number): Operands | null {
  const image = requireRank(node, inputs, 0, 2, true);
  const weights = requireRank(node, inputs, weightsAt, 2, true);
  if (image === null || weights === null) return null;
  if (image.length !== weights.length)
    throw contradiction(
      node,
      inputs,
      `weights of ${weights.length} axes do not fit an image of ${image.length}`,
    );
  const group = attr.int(node, 'group', 1);
  if (group < 1) throw contradiction(node, inputs, `group must be ≥ 1, not ${group}`);
  const kernel = attr.ints(node, 'kernel_shape', []);
  const given = weights.slice(2);
  if (
    kernel.length > 0 &&
    (kernel.length !== given.length || kernel.some((k, i) => isEqual(k, given[i]!) === false))
  )
    throw contradiction(
      node,
      inputs,
      `kernel_shape [${kernel.join(', ')}] differs from the weights' [${given.join(', ')}]`,
    );
  return { image, weights, kernel: kernel.length > 0 ? kernel : given, group };
}

function requireChannels(node: Node, inputs: readonly Facts[], image: Dim, wanted: Dim): void {
  if (isEqual(image, wanted) === false)
    throw contradiction(
      node,
      inputs,
      `the image has ${image} channels, the weights and group are for ${wanted}`,
    );
}

function requireBias(node: Node, inputs: readonly Facts[], index: number, outputs: Dim): void {
  if (!isGiven(node, index)) return;
  const [size] = requireRank(node, inputs, index, 1) ?? [];
  if (size !== undefined) unify(node, inputs, 'bias and output channels', size, outputs);
}

/** If only the image or only the weights are known, only the rank follows. */
function outputOfUnknown(inputs: readonly Facts[], weightsAt: number): Shape | null {
  const shape = shapeOf(inputs[0]) ?? shapeOf(inputs[weightsAt]);
  return shape && anyShape(shape.length);
}

/** `weightsAt` and `biasAt` are the indices of those inputs, `dtypeOfResult` gives the result's element type. */
function conv(
  weightsAt: number,
  biasAt: number,
  dtypeOfResult: (node: Node, inputs: readonly Facts[]) => DType | undefined,
): Inference {
  return (node, inputs) => {
    const dtype = dtypeOfResult(node, inputs);
    const operands = operandsOf(node, inputs, weightsAt);
    if (operands === null) return [known(dtype, outputOfUnknown(inputs, weightsAt))];
    const { image, weights, kernel, group } = operands;
    const outputs = weights[0]!;
    requireChannels(node, inputs, image[1]!, mul(weights[1]!, group));
    requireBias(node, inputs, biasAt, outputs);
    if (typeof outputs === 'number' && outputs % group !== 0)
      throw contradiction(node, inputs, `${outputs} output channels cannot be divided into ${group} groups`);
    const spatial = image.slice(2);
    const windows = windowsOf(node, inputs, spatial.length, kernel);
    return [known(dtype, [image[0]!, outputs, ...countWindows(node, inputs, spatial, windows)])];
  };
}

/**
 * Along each axis (in − 1) · stride + extent + output_padding − pads, unless `output_shape` or `auto_pad` determines
 * it.
 */
const convTranspose: Inference = (node, inputs) => {
  const dtype = commonDType(node, inputs);
  const operands = operandsOf(node, inputs, 1);
  if (operands === null) return [known(dtype, outputOfUnknown(inputs, 1))];
  const { image, weights, kernel, group } = operands;
  requireChannels(node, inputs, image[1]!, weights[0]!);
  const outputs = mul(weights[1]!, group);
  requireBias(node, inputs, 2, outputs);
  const spatial = image.slice(2);
  const windows = windowsOf(node, inputs, spatial.length, kernel);
  const wanted = attr.ints(node, 'output_shape', []);
  const outputPadding = attr.ints(node, 'output_padding', []);
  const sizes = spatial.map((size, i) => {
    const stride = windows.strides[i]!;
    if (wanted.length >= spatial.length) return wanted[wanted.length - spatial.length + i]!;
    const [before, behind] = windows.pads[i]!;
    const whole = add(add(mul(sub(size, 1), stride), extent(windows, i)), outputPadding[i] ?? 0);
    // "Same" crops to in · stride; if the kernels leave gaps, there is nothing to crop (as in ONNX Runtime).
    return windows.same ? min(mul(size, stride), whole) : sub(whole, before + behind);
  });
  return [known(dtype, [image[0]!, outputs, ...sizes])];
};

/** The offsets have the sizes of the result, the weights its channels. */
const deformConv: Inference = (_, [x, weights, offset]) => {
  const [image, kernel, places] = [shapeOf(x), shapeOf(weights), shapeOf(offset)];
  if (image === null) return [known(dtypeOf(x), null)];
  const sizes = places?.slice(2) ?? anyShape(image.length - 2);
  return [known(dtypeOf(x), [image[0]!, kernel?.[0] ?? anySize, ...sizes])];
};

/** A result for each element, and the last elements, one fewer than the kernel has. */
const causalConv: Inference = (_, [x, weights]) => {
  const [image, kernel] = [shapeOf(x), shapeOf(weights)];
  if (image === null) return [known(dtypeOf(x), null), known(dtypeOf(x), null)];
  const rest = sub(kernel?.[2] ?? anySize, 1);
  return [known(dtypeOf(x), image), known(dtypeOf(x), [...image.slice(0, 2), rest])];
};

export const convolution: Inferences = {
  CausalConvWithState: causalConv,
  Conv: conv(1, 2, (node, inputs) => commonDType(node, inputs)),
  ConvInteger: conv(1, Infinity, () => 'int32'),
  ConvTranspose: convTranspose,
  DeformConv: deformConv,
  QLinearConv: conv(3, 8, (_, inputs) => dtypeOf(inputs[7])),
};
