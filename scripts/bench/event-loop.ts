// Measures how long the host's event loop is blocked while a session runs in its worker thread: the delays of a 1 ms
// timer during runs of about half a second each, with an image as input and output. Exits with code 1 if the 99th
// percentile is ≥ 20 ms.
//
//   node --import ./scripts/ts.mjs scripts/bench/event-loop.ts [runs = 20] [size = 320] [isolation = thread]
import { monitorEventLoopDelay } from 'node:perf_hooks';

import { openSession } from '../../lib/runtime/session.js';
import { zeros } from '../../lib/tensor/tensor.js';
import { heavyModel } from '../../spec/runtime/models.js';

const [runs = 20, size = 320] = process.argv.slice(2).map(Number);
const isolation = process.argv[4] === 'process' ? 'process' : process.argv[4] === 'none' ? 'none' : 'thread';
const limit = 20; // milliseconds

await using session = await openSession(heavyModel(), { isolation });
const image = zeros('float32', [1, 64, size, size]);
await session.run({ x: image });

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const start = performance.now();
for (let i = 0; i < runs; i++) await session.run({ x: image });
const perRun = (performance.now() - start) / runs;
delay.disable();

const milliseconds = (nanoseconds: number) => (nanoseconds / 1e6).toFixed(1);
const p99 = delay.percentile(99) / 1e6;
console.log(
  `${isolation}: ${runs} runs of ${perRun.toFixed(0)} ms; event-loop delay p50 ${milliseconds(delay.percentile(50))} ms, ` +
    `p99 ${p99.toFixed(1)} ms, longest ${milliseconds(delay.max)} ms`,
);
process.exitCode = p99 < limit ? 0 : 1;
