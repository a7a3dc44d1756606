import { GoogLeNet } from '../../../lib/networks/classifier/published-classifiers.js';
import type { WeightsSource } from '../../../lib/networks/source.js';
import type { Placement } from '../../../lib/runtime/types.js';
import { dream } from '../../../lib/tasks/dream/dream.js';
import { style } from '../../../lib/tasks/style/style.js';
import { speckles, waves } from '../../tasks/pictures.js';
import { googLeNetWeights, slimVGG19 } from '../networks.js';

export { googLeNetWeights };

/** Loads a whole GoogLeNet and takes two steps of a dream; gradients are derived before the first. */
export async function dreamBriefly(weights: WeightsSource, placement: Placement): Promise<number> {
  const network = await GoogLeNet.load(weights);
  const picture = waves({ width: 72, height: 64 });
  let done = 0;
  for await (const step of dream(network, picture, { octaves: 1, steps: 2, placement })) done = step.done;
  return done;
}

/** Measures a style transfer in a page: its memory over the iterations, and how soon an abort ends it. */
export async function longStyle(placement: Placement, iterations: number) {
  const network = await slimVGG19(placement);
  const [content, painting] = [waves({ width: 48, height: 40 }), speckles({ width: 50, height: 60 })];
  const options = { size: 48, smallest: 48, contentLayers: { relu4_2: 1 }, placement };
  const memory: number[] = [];
  let done = 0;
  for await (const step of style(network, content, [painting], { ...options, iterations })) {
    done = step.done;
    if (done % 40 === 0 && memory.length < done / 40) memory.push(await bytes());
  }
  const controller = new AbortController();
  const { signal } = controller;
  const reason = new Error('enough');
  let after = 0;
  try {
    for await (const step of style(network, content, [painting], { ...options, iterations, signal })) {
      if (signal.aborted) after++;
      else if (step.done === 5) controller.abort(reason);
    }
  } catch (error) {
    return { done, memory, after, rejects: error === reason };
  }
  return { done, memory, after, rejects: false };
}

/** The memory of the page and its workers in bytes, after garbage collection. */
async function bytes(): Promise<number> {
  const measured: {
    readonly measureUserAgentSpecificMemory?: () => Promise<{ readonly bytes: number }>;
  } & Pick<Performance, 'now'> = performance;
  return (await measured.measureUserAgentSpecificMemory?.())?.bytes ?? NaN;
}
