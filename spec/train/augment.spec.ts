import { expect } from 'chai';

import { random } from '../../lib/tensor/random.js';
import { float32, int64 } from '../../lib/tensor/tensor.js';
import { augmentation } from '../../lib/train/augment/augment.js';
import { type PixelMap, randomMap } from '../../lib/train/augment/random-pixel-map.js';
import { resampled, resampledLabels } from '../../lib/train/augment/resample.js';
import { Batches, keyedRandom, type TrainingData } from '../../lib/train/fit/data.js';

const map = (height: number, width: number, rows: number[], columns: number[]): PixelMap => ({
  height,
  width,
  rows: Float32Array.from(rows),
  columns: Float32Array.from(columns),
});

describe('Augmentation', () => {
  it('interpolates between pixels, and mirrors beyond the edges', () => {
    const picture = float32([0, 1, 2, 3, 4, 5], [1, 1, 2, 3]);
    // Halfway between the rows; a quarter past the first column; one beyond the left edge, and beyond the last row.
    const result = resampled(picture, map(1, 4, [0.5, 0, 0, 2], [1, 0.25, -1, 0]));
    expect(result.dims).to.deep.equal([1, 1, 1, 4]);
    expect(result.data).to.deep.equal(Float32Array.of(2.5, 0.25, 1, 0));
  });

  it('uses the nearest pixel for labels', () => {
    const labels = int64([7, 8, 9, 4, 5, 6], [1, 2, 3]);
    const result = resampledLabels(labels, map(1, 3, [0.4, 0.6, 1], [1.4, 1.6, 3]));
    expect(result.dims).to.deep.equal([1, 1, 3]);
    expect(result.data).to.deep.equal(BigInt64Array.of(8n, 6n, 5n));
  });

  it('gives exactly the eight symmetries of a square', () => {
    const square = float32([1, 2, 3, 4], [1, 1, 2, 2]);
    const stream = random(1);
    const seen = new Set<string>();
    for (let i = 0; i < 200; i++)
      seen.add(resampled(square, randomMap([2, 2], { flips: true, rotations: true }, stream)).data.join(''));
    expect([...seen].sort()).to.deep.equal(
      ['1234', '1324', '2143', '2413', '3142', '3412', '4231', '4321'].sort(),
    );
  });

  it('never rotates pictures that are not square by a quarter turn', () => {
    const stream = random(2);
    for (let i = 0; i < 50; i++) {
      const { rows, columns } = randomMap([2, 3], { flips: true, rotations: true }, stream);
      expect(Math.max(...rows)).to.equal(1);
      expect(Math.max(...columns)).to.equal(2);
    }
  });

  it('crops every possible square', () => {
    const stream = random(3);
    const corners = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const { rows, columns, height, width } = randomMap([4, 5], { crop: 3 }, stream);
      expect([height, width]).to.deep.equal([3, 3]);
      corners.add(`${rows[0]},${columns[0]}`);
    }
    expect([...corners].sort()).to.deep.equal(['0,0', '0,1', '0,2', '1,0', '1,1', '1,2']);
  });

  it('deforms smoothly, with the given deviation', () => {
    const stream = random(4);
    let [squares, count, roughest] = [0, 0, 0];
    for (let i = 0; i < 200; i++) {
      const { rows } = randomMap([33, 33], { elastic: { deviation: 5, grid: 3, share: 1 } }, stream);
      // Pixels at grid points move by exactly the vectors of the grid.
      for (const at of [0, 16, 32]) {
        squares += (rows[at]! - 0) ** 2;
        count++;
      }
      for (let at = 1; at < 33; at++) roughest = Math.max(roughest, Math.abs(rows[at]! - rows[at - 1]!));
    }
    expect(Math.sqrt(squares / count)).to.be.closeTo(5, 0.5);
    expect(roughest).to.be.lessThan(3);
  });

  it('deforms the given share of the pictures', () => {
    const stream = random(6);
    let deformed = 0;
    for (let i = 0; i < 400; i++) {
      const { rows } = randomMap([4, 4], { elastic: { share: 0.25 } }, stream);
      deformed += rows.some((row) => !Number.isInteger(row)) ? 1 : 0;
    }
    expect(deformed / 400).to.be.closeTo(0.25, 0.06);
  });

  it('changes a picture and its mask together, and brightness only in the picture', () => {
    const size = 24;
    const bright = Float32Array.from(
      { length: size * size },
      (_, i) => (Math.floor(i / size / 6) + Math.floor((i % size) / 6)) % 2,
    );
    const sample = {
      image: float32(bright, [1, 1, size, size]),
      target: float32(bright.slice(), [1, 1, size, size]),
      other: float32([1]),
    };
    const change = augmentation({
      crop: 16,
      flips: true,
      rotations: true,
      elastic: { deviation: 1.5 },
      brightness: 0.2,
      contrast: 0.2,
    });
    const stream = random(5);
    for (let i = 0; i < 10; i++) {
      const { image, target, other } = change(sample, stream);
      expect(other).to.equal(sample.other);
      if (image?.dtype !== 'float32' || target?.dtype !== 'float32') throw new Error('other types');
      expect(target.dims).to.deep.equal([1, 1, 16, 16]);
      expect(new Set(target.data).size).to.equal(2);
      const mean = image.data.reduce((sum, value) => sum + value / image.data.length, 0);
      // Bright pixels are those of the mask, except between two fields.
      const wrong = image.data.filter((value, at) => (value > mean ? 1 : 0) !== target.data[at]!).length;
      expect(wrong / image.data.length).to.be.lessThan(0.05);
    }
  });
});

describe('Batches', () => {
  const data: TrainingData = {
    length: 5,
    sample: (index, stream) => Promise.resolve({ x: float32([index]), noise: float32([stream.uniform()]) }),
  };
  const load = async (batches: Batches, i: number, name: string) => [
    ...((await batches.load(i))[name]?.data ?? []),
  ];

  it('contain each sample once per epoch, in a different order each time, for any batch size', async () => {
    const orders: Record<number, number[]> = {};
    for (const batch of [1, 2, 3]) {
      const batches = new Batches(data, { batch, shuffle: true, seed: 7 });
      const seen: number[] = [];
      for (let i = 0; seen.length < 15; i++) seen.push(...(await load(batches, i, 'x')).map(Number));
      orders[batch] = seen.slice(0, 15);
    }
    expect(orders[2]).to.deep.equal(orders[1]);
    expect(orders[3]).to.deep.equal(orders[1]);
    const epochs = [0, 5, 10].map((at) => orders[1]!.slice(at, at + 5));
    for (const epoch of epochs) expect(epoch.toSorted()).to.deep.equal([0, 1, 2, 3, 4]);
    expect(new Set(epochs.map((epoch) => epoch.join())).size).to.be.greaterThan(1);
  });

  it('can be loaded in any order, with the same random numbers', async () => {
    const batches = new Batches(data, { batch: 2, shuffle: true, seed: 7 });
    const before = await load(batches, 6, 'noise');
    await batches.load(0);
    expect(await load(batches, 6, 'noise')).to.deep.equal(before);
    expect(await load(batches, 7, 'noise')).not.to.deep.equal(before);
  });

  it('draw from independent streams', () => {
    const firsts = new Set<number>();
    for (const seed of [0, 1, 2])
      for (const a of [1, 2]) for (let i = 0; i < 100; i++) firsts.add(keyedRandom(seed, a, i).uniform());
    expect(firsts.size).to.equal(600);
    const mean = [...firsts].reduce((sum, value) => sum + value / firsts.size, 0);
    expect(mean).to.be.closeTo(0.5, 0.05);
  });
});
