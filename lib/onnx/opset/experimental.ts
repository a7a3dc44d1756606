import { float32 } from '../../tensor/tensor.js';
import { attr } from '../graph/attributes.js';
import type { Conversion, Rules } from './rule.js';

/** α·x + β */
function affine(c: Conversion): void {
  const x = c.required(0);
  c.emit('Add', [
    c.b.mul(x, attr.float(c.node, 'alpha', 1)),
    c.b.scalar(attr.float(c.node, 'beta', 0), c.dtype(x)),
  ]);
}

/** scale·x + bias, with a bias for each channel: how CoreML's exporter wrote preprocessing */
function imageScaler(c: Conversion): void {
  const bias = attr.floats(c.node, 'bias');
  const scaled = c.b.mul(c.required(0), attr.float(c.node, 'scale', 1));
  c.emit('Add', [scaled, c.b.constant(float32(bias, [bias.length, 1, 1]))]);
}

/** α·tanh(β·x) */
function scaledTanh(c: Conversion): void {
  const x = c.required(0);
  const bent = c.b.tanh(c.b.mul(x, attr.float(c.node, 'beta', 0.5)));
  c.emit('Mul', [bent, c.b.scalar(attr.float(c.node, 'alpha', 0.5), c.dtype(x))]);
}

/** α·ln(1 + e^(β·x)) */
function parametricSoftplus(c: Conversion): void {
  const x = c.required(0);
  const bent = c.b.op('Softplus', [c.b.mul(x, attr.float(c.node, 'beta', 0.5))]);
  c.emit('Mul', [bent, c.b.scalar(attr.float(c.node, 'alpha', 0.5), c.dtype(x))]);
}

/** Experimental operators of the first files, withdrawn at 10. */
export const experimental: Rules = {
  Affine: [{ convert: affine }],
  ImageScaler: [{ convert: imageScaler }],
  ScaledTanh: [{ convert: scaledTanh }],
  ParametricSoftplus: [{ convert: parametricSoftplus }],
};
