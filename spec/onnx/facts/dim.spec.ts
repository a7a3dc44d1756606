import { expect } from 'chai';

import {
  add,
  anySize,
  ceilDiv,
  floorDiv,
  isAtLeastZero,
  isEqual,
  max,
  min,
  mul,
  product,
  sub,
  substitute,
  symbol,
  symbolsOf,
  truncDiv,
} from '../../../lib/onnx/facts/dim.js';
import type { Dim } from '../../../lib/onnx/graph/graph.js';
import { random } from '../../../lib/tensor/random.js';

describe('arithmetic on symbolic sizes', () => {
  it('cancels equal terms and factors', () => {
    expect(add('h', 0)).to.equal('h');
    expect(sub(add('h', 1), 1)).to.equal('h');
    expect(sub('h', 'h')).to.equal(0);
    expect(mul('h', 0)).to.equal(0);
    expect(floorDiv(mul(2, 'h'), 2)).to.equal('h');
    expect(floorDiv(product(['n', 'c', 'h', 'w']), mul('h', 'n'))).to.equal('c*w');
    expect(floorDiv(mul(add('h', 1), sub('w', 2)), add('h', 1))).to.equal('w - 2');
    expect(floorDiv(mul('h', 6), mul('h', 2))).to.equal(3);
  });

  it('writes equal expressions in the same way', () => {
    expect(add('w', 'h')).to.equal('h + w');
    expect(sub(3, 'h')).to.equal('-h + 3');
    expect(mul(add('h', 1), add('w', -1))).to.equal('h*w - h + w - 1');
    expect(mul('h', mul('a', 'h'))).to.equal('a*h*h');
    expect(mul(add('h', 1), 2)).to.equal(add(mul(2, 'h'), 2));
  });

  it('keeps floors canonical', () => {
    expect(floorDiv('h', 2)).to.equal('floor(h/2)');
    expect(floorDiv(add('h', 3), 2)).to.equal('floor((h + 1)/2) + 1');
    expect(floorDiv(add(mul(2, 'h'), 1), 2)).to.equal('h');
    expect(floorDiv(mul(3, 'h'), 2)).to.equal('floor(h/2) + h');
    expect(floorDiv(add(mul(2, 'h'), 3), 4)).to.equal('floor((h + 1)/2)');
    expect(floorDiv(floorDiv('h', 2), 3)).to.equal('floor(h/6)');
    expect(add(floorDiv(sub(add(floorDiv(sub('h', 1), 2), 1), 1), 2), 1)).to.equal('floor((h + 3)/4)');
    expect(ceilDiv('h', 2)).to.equal(floorDiv(add('h', 1), 2));
    expect(truncDiv('h', 2)).to.equal('floor(h/2)');
    expect(truncDiv(sub('h', 'w'), 2)).to.equal('trunc((h - w)/2)');
    expect(truncDiv(-7, 2)).to.equal(-3);
    expect(floorDiv(-7, 2)).to.equal(-4);
    expect(floorDiv('h', 0)).to.equal(anySize);
    expect(floorDiv(mul('h', 0.5), 1)).to.equal('floor(h/2)');
  });

  it('decides extrema if it can', () => {
    expect(max('h', 0)).to.equal('h');
    expect(min(add('h', 1), 'h')).to.equal('h');
    expect(max('w', 'h')).to.equal('max(h, w)');
    expect(max(sub('h', 1), 0)).to.equal('max(h - 1, 0)');
    expect(max('?n[0]', 0)).to.equal('max(?n[0], 0)');
  });

  it('decides equality and sign only if they are certain', () => {
    expect(isEqual('h', 'h')).to.equal(true);
    expect(isEqual('h', 'w')).to.equal(null);
    expect(isEqual('h', add('h', 1))).to.equal(false);
    expect(isEqual('h', -1)).to.equal(false);
    expect(isEqual('?n[0]', -1)).to.equal(null);
    expect(isEqual(anySize, anySize)).to.equal(null);
    expect(isAtLeastZero(floorDiv('h', 2))).to.equal(true);
    expect(isAtLeastZero(sub('h', 1))).to.equal(false);
    expect(add(anySize, 1)).to.equal(anySize);
  });

  it('accepts any name as a symbol', () => {
    expect(add('batch-size', 1)).to.equal('{batch-size} + 1');
    expect(sub(add('batch-size', 1), 1)).to.equal('batch-size');
    expect(mul('inception_4c/output.2', 2)).to.equal('2*{inception_4c/output.2}');
    expect(add('(((', 1)).to.equal('{(((} + 1');
    expect(add('}{\\', 1)).to.equal('{\\}\\{\\\\} + 1');
    expect(sub(add('}{\\', 1), 1)).to.equal('}{\\');
    expect(add('5', 1)).to.equal('{5} + 1');
    expect(add('', 1)).to.equal('{} + 1');
    expect(symbol('a*b')).to.equal('{a*b}');
    expect(symbolsOf(add(symbol('a*b'), 'a*b'))).to.deep.equal(['a', 'b', 'a*b']);
    expect(add('floor(h', 1)).to.equal('{floor(h} + 1');
    expect(sub('h/2', 'h/2')).to.equal(0);
  });

  it('gives up at once on expressions that grow without bound', () => {
    let wide: Dim = 'x';
    let deep: Dim = 'x';
    for (let i = 0; i < 300; i++) {
      wide = mul(add(wide, `a${i}`), add(wide, `b${i}`));
      deep = truncDiv(sub(deep, `a${i}`), 3);
    }
    expect([wide, deep]).to.deep.equal([anySize, anySize]);
    expect(add('('.repeat(100_000), 1)).to.equal(anySize);
    expect(add('floor('.repeat(30), 1)).to.be.a('string');
  });

  it('agrees with arithmetic on numbers for any sizes (20,000 seeded expressions)', () => {
    const next = random(1);
    const operations: readonly (readonly [(a: Dim, b: Dim) => Dim, (a: number, b: number) => number])[] = [
      [add, (a, b) => a + b],
      [sub, (a, b) => a - b],
      [mul, (a, b) => a * b],
      [min, Math.min],
      [max, Math.max],
    ];
    const divisions: typeof operations = [
      [floorDiv, (a, b) => Math.floor(a / b)],
      [truncDiv, (a, b) => Math.trunc(a / b)],
    ];
    for (let round = 0; round < 20_000; round++) {
      const sizes = new Map(['h', 'w', 'odd name', 'n.0'].map((name) => [name, next.integer(0, 20)]));
      const names = [...sizes.keys()];
      const build = (depth: number): readonly [Dim, number] => {
        if (depth === 0 || next.uniform() < 0.15) {
          const name = names[next.integer(0, names.length - 1)] ?? '';
          const number = next.integer(-4, 9);
          return next.uniform() < 0.6 ? [name, sizes.get(name) ?? 0] : [number, number];
        }
        const [left, x] = build(depth - 1);
        const isDivision = next.uniform() < 0.3;
        const divisor = next.integer(1, 6);
        const [right, y] = isDivision ? ([divisor, divisor] as const) : build(depth - 1);
        const [symbolic, numeric] = (isDivision ? divisions : operations)[
          next.integer(0, isDivision ? 1 : 4)
        ]!;
        return [symbolic(left, right), numeric(x, y)];
      };
      const [made, value] = build(4);
      if (made === anySize) continue;
      expect(
        substitute(made, (name) => sizes.get(name)),
        String(made),
      ).to.equal(value + 0);
    }
  });
});
