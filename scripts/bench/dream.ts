// Times a dream at 512 pixels, run as in a host application: milliseconds per step in each octave, and the event-loop
// delay. Exits with code 1 if the 99th percentile of the delay is ≥ 20 ms. The weights are GoogLeNet's.
//
//   npm run bench dream -- [weights = ../shared/weights/googlenet.safetensors]
import { monitorEventLoopDelay } from 'node:perf_hooks';

import { dream, GoogLeNet, readImage } from '../../lib/api/index.js';

const [weights = '../shared/weights/googlenet.safetensors'] = process.argv.slice(2);
const limit = 20; // milliseconds

await using network = await GoogLeNet.load(weights);
const photograph = await readImage('scripts/demo/photographs/astronaut.jpg');

const delay = monitorEventLoopDelay({ resolution: 1 });
const times = new Map<number, number[]>();
let last = performance.now();
for await (const step of dream(network, photograph, { layers: { 'inception_4c/output': 1 }, size: 512 })) {
  // Loading and compiling the graph are not part of the dream.
  if (step.done === 1) delay.enable();
  const now = performance.now();
  if (step.done > 1) times.set(step.part, [...(times.get(step.part) ?? []), now - last]);
  last = now;
}
delay.disable();

for (const [octave, steps] of times) {
  const median = steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? NaN;
  console.log(`octave ${octave}: ${median.toFixed(0)} ms per step`);
}
const p99 = delay.percentile(99) / 1e6;
console.log(`event-loop delay: p99 ${p99.toFixed(1)} ms, longest ${(delay.max / 1e6).toFixed(1)} ms`);
process.exitCode = p99 < limit ? 0 : 1;
