import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { float32, int64, tensor } from '../../lib/tensor/tensor.js';
import { checkDims, checkFinite, loadWeight, toFloat32 } from '../../lib/weights/check-tensor.js';
import { writeSafetensors } from '../../lib/weights/formats/safetensors.js';
import { expectError, open } from './harness.js';

describe('checks of weights', () => {
  it('convert every element type to float32', () => {
    expect([...toFloat32(tensor('float16', Uint16Array.of(0x3c00, 0xc000, 0x7bff), [3])).data]).to.deep.equal(
      [1, -2, 65504],
    );
    expect([
      ...toFloat32(tensor('bfloat16', Uint16Array.of(0x3f80, 0xc049, 0x7f80), [3])).data,
    ]).to.deep.equal([1, -3.140625, Infinity]);
    expect([...toFloat32(int64([-3, 5])).data]).to.deep.equal([-3, 5]);
    expect([...toFloat32(tensor('float64', Float64Array.of(0.5), [1])).data]).to.deep.equal([0.5]);
  });

  it('name the tensor whose dimensions are wrong, with those found and expected', () => {
    checkDims('conv1_1.weight', { dims: [64, 3, 3, 3] }, [null, 3, 3, 3]);
    for (const dims of [[64, 4, 3, 3], [64, 3, 3], []])
      expect(() => checkDims('conv1_1.weight', { dims }, [null, 3, 3, 3])).to.throw(
        OneirosError,
        `"conv1_1.weight" has dimensions [${dims.join(', ')}], expected [?, 3, 3, 3]`,
      );
  });

  it('name a tensor that is not finite', () => {
    checkFinite('w', float32([3.4e38, -3.4e38, 0]));
    checkFinite('w', int64([1]));
    expect(() => checkFinite('w', float32([1, NaN, 2, -Infinity]))).to.throw(
      OneirosError,
      '"w" has 2 of 4 elements that are not finite (the first is element 1, NaN)',
    );
    expect(() => checkFinite('w', tensor('float16', Uint16Array.of(0, 0x7c00), [2]))).to.throw(
      'element 1, Infinity',
    );
  });

  it('all apply to loaded weights', async () => {
    const weights = await open(
      writeSafetensors(
        new Map([
          ['good', float32([1, 2])],
          ['bad', float32([1, Infinity])],
        ]),
      ),
    );
    expect([...(await loadWeight(weights, 'good', [2])).data]).to.deep.equal([1, 2]);
    await expectError(loadWeight(weights, 'good', [3]), 'bad-input', '"good"', '[2], expected [3]');
    await expectError(loadWeight(weights, 'bad', [2]), 'bad-input', '"bad"', 'not finite');
    await expectError(loadWeight(weights, 'goo', [2]), 'not-found', '"goo"', 'near names: "good"');
  });
});
