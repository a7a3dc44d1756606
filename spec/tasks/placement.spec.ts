import { expect } from 'chai';

import type { Image } from '../../lib/image/image.js';
import { loadClassifier } from '../../lib/networks/classifier/load.js';
import { dream } from '../../lib/tasks/dream/dream.js';
import { Explainer } from '../../lib/tasks/explain/explainer.js';
import { style } from '../../lib/tasks/style/style.js';
import { classifier } from '../studio/slim-files.js';
import { waves } from './pictures.js';

const photo = waves({ width: 32, height: 32 });

async function attempt(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: unknown) => String(error),
  );
}

async function last(steps: AsyncIterable<{ readonly image: Image }>): Promise<void> {
  for await (const step of steps) expect(step.image.width).to.be.at.least(1);
}

// Node has no wasm provider, so a session with it fails: the error shows which provider was requested.
describe('The placement of a network', () => {
  const open = () => loadClassifier(classifier().bytes, { placement: { provider: 'wasm' } });
  const small = { size: 32, octaves: 1, steps: 1 };

  it('applies to a dream, unless the dream has its own placement', async () => {
    await using network = await open();
    const layers = { [network.layers[0]!]: 1 };
    expect(await attempt(last(dream(network, photo, { ...small, layers })))).to.match(/provider wasm/);
    const placement = { provider: 'cpu' } as const;
    expect(await attempt(last(dream(network, photo, { ...small, layers, placement })))).to.equal('done');
  });

  it('applies to a style transfer, unless that has its own placement', async () => {
    await using network = await open();
    const layers = { [network.layers[0]!]: 1 };
    const options = { size: 32, smallest: 32, iterations: 1, contentLayers: layers, styleLayers: layers };
    expect(await attempt(last(style(network, photo, [photo], options)))).to.match(/provider wasm/);
    const placement = { provider: 'cpu' } as const;
    expect(await attempt(last(style(network, photo, [photo], { ...options, placement })))).to.equal('done');
  });

  it('applies to an explanation', async () => {
    await using network = await open();
    await using explainer = new Explainer(network);
    expect(await attempt(explainer.explain(photo))).to.match(/provider wasm/);
  });
});
