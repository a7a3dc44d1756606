// Compares a training step with PyTorch's: a U-Net of widths 16 … 256 with batch normalization (1.9 M parameters), BCE
// and Dice, Adam. The steps alternate in one run, so that the ratio is valid on a busy machine. Without PyTorch
// (python3 -c 'import torch') it times only this library.
//
//   npm run bench train -- [size = 256] [batch = 4] [rounds = 12]
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { float32, random } from '../../lib/api/runtime.js';
import { buildUNet, fit, initialUNet, losses, optimizers } from '../../lib/api/train.js';

const [size = 256, batch = 4, rounds = 12] = process.argv.slice(2).map(Number);

const parameters = initialUNet({ channels: 1, classes: 1, widths: [16, 32, 64, 128, 256] });
const { model } = buildUNet(parameters, { batchNorm: 'keep' });
const stream = random(1);
const plane = (value: () => number) =>
  float32(Float32Array.from({ length: size * size }, value), [1, 1, size, size]);
const sample = {
  image: plane(() => stream.uniform()),
  target: plane(() => stream.integer(0, 1)),
};
const steps = fit(
  model,
  { length: batch, sample: () => Promise.resolve(sample) },
  {
    loss: losses.sum({ bce: losses.bce(), dice: losses.dice() }),
    optimizer: optimizers.adam(),
    batch,
    steps: rounds + 1,
  },
);

const python = spawn('python3', [join(import.meta.dirname, 'train.py'), String(size), String(batch)], {
  stdio: ['pipe', 'pipe', 'ignore'],
});
python.stdin.on('error', () => undefined);
const lines = createInterface(python.stdout)[Symbol.asyncIterator]();
const said = await lines.next();
const torch = said.done === true ? null : said.value;
console.log(torch ?? 'PyTorch is not installed: no comparison');

const [ours, theirs]: [number[], number[]] = [[], []];
for (let round = 0; round <= rounds; round++) {
  const start = performance.now();
  await steps.next();
  const time = performance.now() - start;
  python.stdin.write('step\n');
  const theirTime = torch === null ? NaN : Number((await lines.next()).value);
  // The first of each opens sessions and warms up.
  if (round === 0) continue;
  ours.push(time);
  theirs.push(theirTime);
}
python.stdin.end();
const ratios = ours.map((time, i) => time / theirs[i]!);
console.log(
  `${size}², batch ${batch}: ours ${median(ours).toFixed(0)} ms per step` +
    (torch === null ? '' : `, PyTorch's ${median(theirs).toFixed(0)} ms, ratio ${median(ratios).toFixed(2)}`),
);

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
