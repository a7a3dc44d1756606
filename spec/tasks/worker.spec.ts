import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { type Image, image } from '../../lib/image/image.js';
import type { Isolation } from '../../lib/runtime/types.js';
import { dream, dreamZoom } from '../../lib/tasks/dream/dream.js';
import { style } from '../../lib/tasks/style/style.js';
import { packNetwork, unpackNetwork } from '../../lib/tasks/worker/network-data.js';
import { connectTask } from '../../lib/tasks/worker/node/connect.js';
import { speckles, waves } from './pictures.js';
import { smallNetwork } from './small-network.js';

const network = smallNetwork();
const photograph = waves({ width: 48, height: 36 });
const painting = speckles({ width: 50, height: 30 });
const layers = { relu3_1: 1 };
const placement = (isolation: Isolation) => ({ provider: 'cpu', isolation, threads: 1 }) as const;

/** The numbers of all steps, with the pictures. */
async function numbersOf(steps: AsyncIterable<object & { readonly image: Image }>): Promise<unknown> {
  const all: unknown[] = [];
  for await (const step of steps) all.push({ ...step, image: [...step.image.data] });
  return all;
}

function dreaming(isolation: Isolation, size = 44): Promise<unknown> {
  const options = { size, octaves: 2, steps: 2, jitter: 4, frames: 2, seed: 3, layers };
  return numbersOf(
    dreamZoom(network, photograph, { ...options, guide: painting, placement: placement(isolation) }),
  );
}

function painted(isolation: Isolation): Promise<unknown> {
  const options = { size: 40, smallest: 20, iterations: 6, contentLayers: layers, keepColors: true };
  return numbersOf(
    style(network, photograph, [painting], {
      ...options,
      initImage: painting,
      placement: placement(isolation),
    }),
  );
}

describe('A task in a worker', () => {
  for (const isolation of ['thread', 'process'] as const)
    it(`gives the same numbers as in the calling thread (${isolation})`, async () => {
      expect(await dreaming(isolation)).to.deep.equal(await dreaming('none'));
      expect(await painted(isolation)).to.deep.equal(await painted('none'));
    });

  it('gets only the part of the network that it needs', async () => {
    const values = [network.layer('relu1_1')];
    const part = unpackNetwork(await packNetwork(network, values));
    expect(part.layers).to.deep.equal(network.layers);
    expect(part.model.graph.inputs.map(({ name }) => name)).to.deep.equal([network.image]);
    expect(part.model.graph.nodes.map(({ op }) => op)).to.deep.equal(['Sub', 'Conv', 'Relu']);
    expect(part.model.graph.initializers.size).to.equal(3);
  });

  it('does not keep the program alive before its task', async () => {
    const ports = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
    const before = ports();
    const channel = connectTask<'dream'>({});
    expect(ports()).to.equal(before);
    await channel.close();
  });

  it('dreams at the size of the photograph', async () => {
    expect(await dreaming('thread', 0)).to.deep.equal(await dreaming('none', 0));
  });

  it('does not change the pictures of the caller', async () => {
    const before = [photograph, painting].map(({ data }) => [...data]);
    await dreaming('thread');
    await painted('thread');
    expect([photograph, painting].map(({ data }) => [...data])).to.deep.equal(before);
    expect(network.model.graph.initializers.size).to.be.above(0);
  });

  it('throws the same errors as in the calling thread', async () => {
    const options = { layers: { relu4_1: 1 }, placement: placement('thread') };
    const error: unknown = await numbersOf(dream(network, photograph, options)).catch((e: unknown) => e);
    expect(error).to.be.instanceOf(OneirosError).and.to.include({ code: 'bad-argument' });
    expect(String(error)).to.include('has no layer "relu4_1"; near names: relu1_1');
  });

  it('ends between two steps when its caller stops or aborts', async () => {
    const inThread = placement('thread');
    for await (const step of dream(network, photograph, { layers, placement: inThread })) {
      expect(step.done).to.equal(1);
      break;
    }
    const controller = new AbortController();
    const { signal } = controller;
    let done = 0;
    const steps = numbersOf(
      (async function* () {
        for await (const step of dream(network, photograph, { layers, placement: inThread, signal })) {
          ({ done } = step);
          if (done === 2) controller.abort(new Error('enough'));
          yield step;
        }
      })(),
    );
    // The iteration may end or throw the reason.
    await steps.catch((error: unknown) => expect(String(error)).to.include('enough'));
    expect(done).to.equal(2);
  });

  it('accepts a picture that is a view of a larger array', async () => {
    const data = new Float32Array(photograph.data.length + 5);
    data.set(photograph.data, 5);
    const view = image(photograph, data.subarray(5));
    const options = { size: 40, octaves: 1, steps: 1, layers, placement: placement('thread') };
    expect(await numbersOf(dream(network, view, options))).to.deep.equal(
      await numbersOf(dream(network, photograph, options)),
    );
    expect(data).to.have.length(photograph.data.length + 5);
  });
});
