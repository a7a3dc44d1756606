import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr, float } from '../../onnx/graph/attributes.js';
import { channelsFirst, channelsLast } from './contrib-parts.js';
import type { Expansion, Expansions } from './expansion.js';

/** An activation function by its name, with its parameters. */
function activated(c: Expansion, x: Value, name: string, parameters: readonly (number | undefined)[]): Value {
  const { b } = c;
  const [first, second] = parameters;
  const real = (value: number | undefined) => (value === undefined ? undefined : float(value));
  switch (name) {
    case '':
      return x;
    case 'Relu':
    case 'Sigmoid':
    case 'Tanh':
    case 'HardSwish':
      return b.op(name, [x]);
    case 'LeakyRelu':
      return b.op(name, [x], { alpha: real(first) });
    case 'HardSigmoid':
      return b.op(name, [x], { alpha: real(first), beta: real(second) });
    case 'Clip': {
      const bound = (value: number | undefined) =>
        value === undefined ? undefined : b.scalar(value, c.dtype(x));
      return b.op(name, [x, bound(first), bound(second)]);
    }
    default:
      return c.fail(`the activation ${name}`);
  }
}

/** A convolution, a sum with another tensor, and an activation function. */
function fusedConv(c: Expansion): void {
  const { b, node } = c;
  const { activation, activation_params, ...others } = Object.fromEntries(node.attributes);
  const y = b.op('Conv', [c.required(0), c.required(1), c.input(2)], others);
  const added = c.input(3);
  const sum = added === undefined ? y : b.add(y, added);
  const name = activation === undefined ? '' : attr.string(node, 'activation');
  const parameters = activation_params === undefined ? [] : attr.floats(node, 'activation_params');
  c.results([activated(c, sum, name, parameters)]);
}

/** Images have their channels last, and weights are [outputs, …kernel, inputs/group]. */
function nhwcConv(c: Expansion): void {
  const { b, node } = c;
  const [x, weights] = [channelsFirst(b, c.required(0)), channelsFirst(b, c.required(1))];
  const y = b.op('Conv', [x, weights, c.input(2)], Object.fromEntries(node.attributes));
  c.results([channelsLast(b, y)]);
}

function convTransposeWithDynamicPads(c: Expansion): void {
  const pads = c.numbers(2, 'pads');
  c.keep({ ...(pads && { pads }) }, [c.required(0), c.required(1), c.input(3)], 'ConvTranspose');
}

/** α · A′ · B′, where the last two axes, or first the first axis and then those, are moved. */
function fusedMatMul(c: Expansion): void {
  const { b, node } = c;
  const [a, d] = [oriented(c, 0, 'A'), oriented(c, 1, 'B')];
  const product = b.matmul(a, d);
  const alpha = attr.float(node, 'alpha', 1);
  c.results([alpha === 1 ? product : b.mul(product, alpha)]);
}

function oriented(c: Expansion, index: number, operand: 'A' | 'B'): Value {
  const { b, node } = c;
  const x = c.required(index);
  if (c.rank(x) < 2) return x;
  const moved = attr.int(node, `transBatch${operand}`, 0) === 0 ? x : firstToRows(b, x);
  return attr.int(node, `trans${operand}`, 0) === 0 ? moved : b.swap(moved);
}

/** [rows, …batch, columns] → […batch, rows, columns] */
function firstToRows(b: Builder, x: Value): Value {
  const rank = x.type?.shape?.length ?? 0;
  const batch = Array.from({ length: rank - 2 }, (_, i) => i + 1);
  return b.transpose(x, [...batch, 0, rank - 1]);
}

/** Gemm and an activation function. */
function fusedGemm(c: Expansion): void {
  const { b, node } = c;
  const settings = Object.entries(Object.fromEntries(node.attributes));
  const others = settings.filter(([name]) => !name.startsWith('activation'));
  const y = b.op('Gemm', [c.required(0), c.required(1), c.input(2)], Object.fromEntries(others));
  const parameter = (name: string) => (attr.has(node, name) ? attr.float(node, name) : undefined);
  const [alpha, beta] = [parameter('activation_alpha'), parameter('activation_beta')];
  c.results([activated(c, y, attr.string(node, 'activation', ''), [alpha, beta])]);
}

/** Linear operators that ONNX Runtime's optimizer fuses with what surrounds them. */
export const fusedLinear: Expansions = {
  'com.microsoft.ConvTransposeWithDynamicPads': convTransposeWithDynamicPads,
  'com.microsoft.FusedConv': fusedConv,
  'com.microsoft.FusedGemm': fusedGemm,
  'com.microsoft.FusedMatMul': fusedMatMul,
  'com.microsoft.NhwcConv': nhwcConv,
  'com.microsoft.TransposeMatMul': fusedMatMul,
};
