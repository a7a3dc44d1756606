// Steps of DeepDream beside the gradient that each of them computes, and how long a dream blocks its host.
import { monitorEventLoopDelay } from 'node:perf_hooks';

import { dream } from '../../lib/api/index.js';
import { type Image, toTensor } from '../../lib/image/image.js';
import type { Network } from '../../lib/networks/network.js';
import { openModel } from '../../lib/runtime/open-model.js';
import { gradientModel, torchForms } from './cases/image-gradient.js';
import type { Bench } from './frame/bench.js';
import { type Case, type Contender, contender, timed } from './frame/case.js';
import { runSuite } from './frame/run-suite.js';
import { googlenet } from './models/classifiers.js';
import { photograph, pictureFile } from './models/picture-file.js';

/** More steps than any number of rounds needs. */
const endless = 10_000;

function dreamStep(name: string, width: number, height: number, settings: Partial<Case> = {}): Case {
  return {
    ...settings,
    name,
    ...(width === height && { size: width }),
    async open(bench) {
      const weights = await googlenet.weights(bench.folder);
      const network = await googlenet.load(weights, bench.taskPlacement);
      const picture = await photograph('astronaut.jpg', width, height);
      const file = await pictureFile(bench.folder, 'astronaut', picture);
      const job = { task: 'dream.step', network_name: googlenet.peer, weights, picture: file, width, height };
      // A tile has at most 768 pixels a side: a session of the whole picture does other work.
      const isOneTile = width <= 768;
      return [
        steps(network, picture),
        ...(isOneTile ? [await session(bench, network, picture)] : []),
        ...(await bench.peers(job, torchForms(width, bench))),
      ];
    },
  };
}

function steps(network: Network, picture: Image): Contender {
  const running = dream(network, picture, {
    layers: { [googlenet.layer]: 1 },
    size: 0,
    octaves: 1,
    steps: endless,
  });
  const next = async () => {
    await running.next();
    return [];
  };
  return contender(
    'oneiros',
    () => timed(next),
    () => running.return(undefined),
  );
}

/** The session of the dream's gradient alone, in this thread. */
async function session(bench: Bench, network: Network, picture: Image): Promise<Contender> {
  const gradient = await openModel(gradientModel(network, googlenet.layer), bench.placement);
  const feeds = { [network.image]: toTensor(picture) };
  const run = async () => {
    await gradient.run(feeds);
    return [];
  };
  return contender(
    'its session',
    () => timed(run),
    () => gradient.dispose(),
  );
}

const eventLoop: Case = {
  name: "delay of the host's event loop during a dream, 512 × 384, 99th percentile",
  rounds: 3,
  quick: true,
  limit: 20,
  async open(bench) {
    const weights = await googlenet.weights(bench.folder);
    const network = await googlenet.load(weights, { ...bench.placement, isolation: 'thread' });
    const running = steps(network, await photograph('astronaut.jpg', 512, 384));
    await running.run(); // loads and compiles the graph, which is not a part of the dream
    const run = async () => {
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      for (let i = 0; i < 10; i++) await running.run();
      delay.disable();
      return { value: delay.percentile(99) / 1e6 };
    };
    return [contender('oneiros', run, async () => running[Symbol.asyncDispose]())];
  },
};

const name = 'dream step, GoogLeNet';
await runSuite('Dreams', [
  dreamStep(`${name}, 512 × 384`, 512, 384, { quick: true }),
  ...[128, 256, 512].map((side) => dreamStep(name, side, side)),
  dreamStep(name, 1024, 1024, { rounds: 3 }),
  dreamStep(name, 2048, 2048, { rounds: 3 }),
  eventLoop,
]);
