import { expect } from 'chai';

import { OneirosError } from '../../../lib/base/errors.js';
import { resolveOptions } from '../../../lib/base/option-table.js';
import { type Image, solid } from '../../../lib/image/image.js';
import type { Network } from '../../../lib/networks/network.js';
import { Builder } from '../../../lib/onnx/builder/builder.js';
import { openModel } from '../../../lib/runtime/open-model.js';
import { reachesOf } from '../../../lib/tasks/common/reach.js';
import { featuresModel, lossModel, type StyleProblem } from '../../../lib/tasks/style/loss-graph.js';
import { planMemory } from '../../../lib/tasks/style/memory-plan.js';
import { styleOptions } from '../../../lib/tasks/style/options.js';
import { style } from '../../../lib/tasks/style/style.js';
import { findTargets, WholeFeatures } from '../../../lib/tasks/style/targets.js';
import { TileFeeds } from '../../../lib/tasks/style/tile-feeds.js';
import { planTiles } from '../../../lib/tasks/style/tile-plan.js';
import { TiledFeatures } from '../../../lib/tasks/style/tiled-features.js';
import { TiledLoss } from '../../../lib/tasks/style/tiled-loss.js';
import { tileFeaturesModel } from '../../../lib/tasks/style/tiled-loss-graph.js';
import { WholeLoss } from '../../../lib/tasks/style/whole-loss.js';
import { speckles, waves } from '../pictures.js';
import { smallNetwork } from '../small-network.js';

const network = smallNetwork();
const session = { isolation: 'none', threads: 1 } as const;
const options = {
  styleWeight: 1,
  contentWeight: 0.5,
  tvWeight: 2,
  statistics: 'gram',
  recompute: false,
} as const;

/** The small network with reflected borders instead of zeros. */
function reflecting({ model, image, ...rest }: Network): Network {
  const b = new Builder();
  b.load({ ...model.graph, nodes: [], outputs: [] });
  for (const node of model.graph.nodes) {
    if (node.op !== 'Conv') {
      b.append(node);
      continue;
    }
    const [x, ...others] = node.inputs.map((name) => b.value(name));
    const padded = b.op('Pad', [x, b.sizes([0, 0, 1, 1, 0, 0, 1, 1])], { mode: 'reflect' });
    b.op('Conv', [padded, ...others], { kernel_shape: [3, 3] }, { name: node.outputs[0]! });
  }
  b.output(b.value('pool3'));
  return { model: b.model(), image, ...rest };
}

function problemOf({ model, image }: Network, given: Partial<StyleProblem['options']> = {}): StyleProblem {
  return {
    model,
    image,
    content: [{ value: 'relu2_1', weight: 1 }],
    style: [
      { value: 'relu1_1', weight: 0.3 },
      { value: 'relu3_1', weight: 0.7 },
    ],
    options: { ...options, ...given },
  };
}

const target = { styleScale: 1, minimum: 8, session };
const styles = (picture: Image) => [{ image: picture, weight: 1 }];
const difference = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let [squares, norm] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    squares += (a[i]! - b[i]!) ** 2;
    norm += b[i]! ** 2;
  }
  return Math.sqrt(squares / norm);
};

async function compare(problem: StyleProblem, picture: Image, tile: number): Promise<void> {
  const [content, painting] = [waves(picture), speckles({ width: 90, height: 61 })];
  const feeds = TileFeeds.for(problem, tile)!;
  expect(feeds.tilesOf(picture).length).to.be.above(3);
  await using whole = new WholeFeatures(await openModel(featuresModel(problem), session), problem);
  await using parts = new TiledFeatures(
    await openModel(tileFeaturesModel(problem), session),
    problem,
    feeds,
    undefined,
  );
  const [expected] = await findTargets(problem, whole, [content], styles(painting), target);
  const [found] = await findTargets(problem, parts, [content], styles(painting), target);
  expect(found).to.have.all.keys(expected!);
  for (const [name, { data, dims }] of Object.entries(expected!)) {
    expect(found![name]!.dims).to.deep.equal(dims);
    expect(difference(found![name]!.data, data), name).to.be.below(1e-5);
  }

  await using wholeLoss = new WholeLoss(await openModel(lossModel(problem), session), problem.image);
  await using tiledLoss = await TiledLoss.open(problem, feeds, session);
  const [a, b] = [await wholeLoss.of(picture, expected!), await tiledLoss.of(picture, expected!)];
  for (const name of ['value', 'styleLoss', 'contentLoss', 'tvLoss'] as const)
    expect(b.losses[name] / a.losses[name], name).to.be.closeTo(1, 1e-5);
  expect(difference(b.gradient, a.gradient)).to.be.below(1e-5);
}

describe('style in tiles', () => {
  const picture = speckles({ width: 107, height: 90 });

  it('has the losses and the gradient of the whole picture', () => compare(problemOf(network), picture, 48));

  it('has them with Wasserstein statistics', () =>
    compare(problemOf(network, { statistics: 'wasserstein' }), picture, 56));

  it('has them with reflected borders, and with values computed again', () =>
    compare(problemOf(reflecting(network), { recompute: true }), picture, 64));

  it('gives the picture of the whole computation', async () => {
    const run = async (tile: number) => {
      let last = solid({ width: 1, height: 1 }, [0, 0, 0]);
      for await (const { image } of style(network, waves({ width: 96, height: 80 }), [picture], {
        size: 96,
        smallest: 48,
        iterations: 4,
        contentLayers: { relu3_1: 1 },
        tile,
        placement: session,
      }))
        last = image;
      return last;
    };
    expect(difference((await run(64)).data, (await run(0)).data)).to.be.below(1e-3);
  });

  it('is used if the memory does not suffice for the whole picture', () => {
    const problem = problemOf(network);
    const settings = resolveOptions(styleOptions, {});
    const plan = (limit: number) =>
      planMemory(problem, lossModel(problem), { width: 2000, height: 1500 }, settings, limit);
    expect(plan(Infinity)).to.equal(null);
    const sides = [2.3e9, 1.7e9].map(
      (limit) => plan(limit)?.largest({ width: 2000, height: 1500 }).width ?? 0,
    );
    expect(sides[0]).to.be.above(sides[1]!);
    expect(() => plan(1.3e9)).to.throw(OneirosError, 'choose a smaller size');
  });
});

describe('planTiles', () => {
  const reach = { stride: 8, before: 10, after: 5 };

  it('covers each pixel with one core, and surrounds cores with what they depend on', () => {
    for (const length of [33, 64, 100, 131]) {
      const tiles = planTiles({ width: length, height: 20 }, [reach], 48);
      let next = 0;
      for (const { core, whole } of tiles) {
        expect(core.x).to.equal(next);
        expect(core.x % 8).to.equal(0);
        next = core.x + core.width;
        expect(whole.x).to.be.at.most(Math.max(0, core.x - 10));
        expect(whole.x + whole.width).to.be.at.least(Math.min(length, next + 5));
        expect(whole.width).to.be.at.most(48);
      }
      expect(next).to.equal(length);
    }
  });

  it('refuses tiles without room for a core', () => {
    expect(() => planTiles({ width: 100, height: 100 }, [reach], 31)).to.throw('need at least 32');
  });
});

describe('reachesOf', () => {
  it('adds up windows and strides', () => {
    const reaches = reachesOf(network.model, 'image', ['relu1_1', 'relu3_1'])!;
    expect(reaches.get('relu1_1')).to.deep.equal({ stride: 1, before: 1, after: 1 });
    expect(reaches.get('relu3_1')).to.deep.equal({ stride: 4, before: 1 + 2 + 4, after: 1 + 1 + 2 + 2 + 4 });
  });

  it('is unknown after operators that mix all positions', () => {
    const b = new Builder();
    const x = b.input('image', 'float32', [1, 3, 'height', 'width']);
    const y = b.op('Mul', [x, b.op('GlobalAveragePool', [x])], {}, { name: 'y' });
    b.output(b.relu(y));
    expect(reachesOf(b.model(), 'image', ['y'])).to.equal(null);
  });
});
