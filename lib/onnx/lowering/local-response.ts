import { attr } from '../graph/attributes.js';
import { meanOfChannels, mostChannels } from './channel-sum.js';
import type { Form } from './form.js';
import { asRoots } from './power-as-roots.js';

/**
 * LRN y = x · s^−β with s = bias + α · mean x² over nearby channels: the mean as a convolution, the power as roots. s is
 * written as in the gradient of LRN, so that both use the same nodes.
 */
export const localResponse: Form = {
  operators: ['LRN'],
  targets: ['cpu', 'wasm'],
  lower: (site) => {
    const { b, node } = site;
    const [x, shape] = [site.input(0), site.floatShape(0)];
    const channels = shape?.[1];
    if (x === undefined || typeof channels !== 'number' || channels > mostChannels) return null;
    const size = attr.int(node, 'size');
    const [alpha, bias] = [attr.float(node, 'alpha', 1e-4), attr.float(node, 'bias', 1)];
    if (!(alpha >= 0 && bias > 0)) return null;
    const before = Math.floor((size - 1) / 2);
    const planes = b.reshape(b.square(x), [0, 1, channels, -1]);
    const mean = meanOfChannels(b, planes, channels, { before, after: size - 1 - before });
    const sum = b.reshape(b.mul(mean, size), b.shape(x));
    const s = b.add(b.mul(sum, alpha / size), bias);
    const exponent = -attr.float(node, 'beta', 0.75);
    return [b.mul(x, asRoots(b, s, exponent) ?? b.pow(s, exponent))];
  },
};
