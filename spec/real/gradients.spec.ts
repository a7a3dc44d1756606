import { existsSync } from 'node:fs';
import { expect } from 'chai';

import { grad } from '../../lib/autodiff/grad.js';
import { checkGradient } from '../../lib/gradients/check-gradient.js';
import { GoogLeNet } from '../../lib/networks/classifier/published-classifiers.js';
import { readModel } from '../../lib/onnx/codec/model-files.js';
import type { Model } from '../../lib/onnx/graph/graph.js';
import { multiplyAdds } from '../onnx/multiply-adds.js';

const shared = '../shared';

/** Published models, which are loaded and differentiated unchanged. */
const models = [
  'prisma-portrait',
  'version-RFB-320',
  'SINet',
  'deeplab-portrait',
  'FastestDet',
  'yolox_nano',
  'yunet_n_640_640',
];

describe('gradients of real models with respect to the image', function () {
  this.timeout(900_000);
  before(function () {
    if (existsSync(shared)) return;
    console.warn(`SKIPPED: ${shared} is missing`);
    this.skip();
  });

  for (const name of models)
    it(`agree with finite differences: ${name}`, async () => {
      const checks = await checkGradient(await readModel(`${shared}/models/${name}.onnx`));
      expect(checks).to.have.length(1);
      for (const { error, uncertainty } of checks) {
        expect(error).to.be.below(1e-3);
        expect(uncertainty).to.be.below(1e-4);
      }
    });

  it('agree with finite differences of the complete GoogLeNet, at about the cost of another run', async () => {
    await using network = await GoogLeNet.load(`${shared}/weights/googlenet.safetensors`);
    const [check] = await checkGradient(network.model, {
      outputs: ['loss3/classifier'],
      sizes: sizesOf(network.model, 120),
    });
    expect(check?.error).to.be.below(1e-3);
    const sized = withSizes(network.model, 224);
    const [forward, both] = [
      multiplyAdds(sized),
      multiplyAdds(grad(sized, { outputs: ['loss3/classifier'] })),
    ];
    if (forward === null || both === null) throw new Error('a size is not known');
    expect(both / forward).to.be.below(2.2);
  });
});

function sizesOf({ graph }: Model, size: number): Readonly<Record<string, number>> {
  const symbols = graph.inputs.flatMap(
    ({ type }) => type?.shape?.filter((dim) => typeof dim === 'string') ?? [],
  );
  return Object.fromEntries(symbols.map((symbol) => [symbol, size]));
}

function withSizes(model: Model, size: number): Model {
  const inputs = model.graph.inputs.map((info) => ({
    ...info,
    type: info.type && {
      ...info.type,
      shape: info.type.shape?.map((dim) => (typeof dim === 'string' ? size : dim)) ?? null,
    },
  }));
  return { ...model, graph: { ...model.graph, inputs } };
}
