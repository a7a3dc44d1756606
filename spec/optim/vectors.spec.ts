import { expect } from 'chai';

import { Vectors } from '../../lib/optim/simd/vectors.js';
import { random } from '../../lib/tensor/random.js';

/** Vectors of these contents, and their numbers. */
function stored(arrays: readonly Float32Array[], usual: number) {
  const vectors = new Vectors(arrays[0]!.length, usual);
  const numbers = arrays.map((values) => {
    const vector = vectors.add();
    vectors.write(vector, values);
    return vector;
  });
  const read = (vector: number) => {
    const values = new Float32Array(arrays[0]!.length);
    vectors.read(vector, values);
    return values;
  };
  return { vectors, numbers, read };
}

function noise(length: number, seed: number): Float32Array {
  const source = random(seed);
  return Float32Array.from({ length }, () => source.normal());
}

const product = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

describe('Vectors', () => {
  // With 16,384 vectors, a memory has 32,768 numbers of each: the longest are divided over three memories.
  for (const length of [1, 3, 4, 5, 8193, 70_003])
    it(`calculates as loops in double precision do, with ${length} numbers`, () => {
      const arrays = [1, 2, 3, 4, 5, 6].map((seed) => noise(length, seed));
      const { vectors, numbers, read } = stored(arrays, 2 ** 14);
      const [a, b, c, d, e, target] = numbers;
      expect(numbers.map(read)).to.deep.equal(arrays);

      for (const count of [1, 2, 5])
        vectors.dots(a!, numbers.slice(0, count)).forEach((dot, i) => {
          expect(dot).to.be.closeTo(product(arrays[0]!, arrays[i]!), 1e-12 * length);
        });

      vectors.addScaled(target!, a!, -0.3, b!);
      const added = arrays[0]!.map((value, i) => value + -0.3 * arrays[1]![i]!);
      expect(read(target!)).to.deep.equal(added);
      vectors.addScaled(target!, target!, 7, c!);
      expect(read(target!)).to.deep.equal(added.map((value, i) => value + 7 * arrays[2]![i]!));

      const factors = [0.1, -2, 3, 0.4, 5];
      for (const count of [1, 4, 5]) {
        vectors.combine(
          target!,
          [a!, b!, c!, d!, e!].slice(0, count).map((vector, i) => [factors[i]!, vector]),
        );
        const errors = read(target!).map(
          (value, i) => value - factors.slice(0, count).reduce((sum, f, k) => sum + f * arrays[k]![i]!, 0),
        );
        expect(Math.sqrt(product(errors, errors) / length)).to.be.below(1e-6);
      }

      const { sumAbs, maxAbs } = vectors.sizes(e!);
      const sizes = arrays[4]!.map(Math.abs);
      expect(maxAbs).to.equal(sizes.reduce((most, value) => Math.max(most, value)));
      expect(sumAbs).to.be.closeTo(
        sizes.reduce((sum, value) => sum + value, 0),
        1e-12 * length,
      );
    });

  it('keep their numbers when others are added', () => {
    const first = noise(100_000, 1);
    const { vectors, numbers, read } = stored([first], 4);
    for (let i = 0; i < 20; i++)
      expect([...read(vectors.add())].every((value) => value === 0)).to.equal(true);
    expect(read(numbers[0]!)).to.deep.equal(first);
  });

  it('have the largest size NaN or infinite if a number is', () => {
    for (const bad of [NaN, Infinity, -Infinity])
      for (const at of [0, 2, 8, 40_000]) {
        const values = noise(40_001, 1);
        values[at] = bad;
        const { vectors, numbers } = stored([values], 2 ** 14);
        expect(vectors.sizes(numbers[0]!).maxAbs).to.deep.equal(Math.abs(bad));
      }
  });
});
