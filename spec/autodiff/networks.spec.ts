import { expect } from 'chai';

import { grad } from '../../lib/autodiff/grad.js';
import { hvp } from '../../lib/autodiff/hvp.js';
import { compute, numbersOf } from './compute.js';
import { goldenModel, goldenNetworks, type NetworkName, wave } from './networks.js';

/** ‖found − expected‖ / ‖expected‖ */
function relativeError(found: readonly number[], expected: readonly number[]): number {
  expect(found).to.have.length(expected.length);
  const norm = (values: readonly number[]) => Math.hypot(...values);
  return norm(expected.map((value, i) => value - found[i]!)) / Math.max(norm(expected), 1e-6);
}

const names: readonly NetworkName[] = ['vgg', 'googlenet', 'smooth'];

describe('gradients of whole networks', () => {
  for (const name of names)
    it(`agree with PyTorch's by the image and every weight: ${name}`, async () => {
      const { model, feeds } = goldenModel(name);
      const { loss, gradients } = goldenNetworks[name];
      const found = await compute(grad(model, { loss: 'loss' }), feeds);
      expect(numbersOf(found, 'loss')[0]).to.be.closeTo(loss, 1e-5 * Math.abs(loss));
      for (const [i, expected] of gradients.entries())
        expect(relativeError(numbersOf(found, `d_w${i + 1}`), expected), `w${i + 1}`).to.be.below(1e-5);
    });
});

describe('Hessian–vector products of whole networks', () => {
  for (const name of names)
    it(`agree with PyTorch's by the image and every weight: ${name}`, async () => {
      const { model, feeds } = goldenModel(name);
      const vectors = Object.entries(feeds).map(
        ([weight, { dims }], p) => [`v_${weight}`, wave(dims, (i) => Math.cos(p + 0.7 * i))] as const,
      );
      const found = await compute(hvp(model, { loss: 'loss' }), { ...feeds, ...Object.fromEntries(vectors) });
      for (const [i, expected] of goldenNetworks[name].products.entries())
        expect(relativeError(numbersOf(found, `hv_w${i + 1}`), expected), `w${i + 1}`).to.be.below(1e-4);
    });
});
