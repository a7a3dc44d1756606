import { expect } from 'chai';
import * as oneiros from '../lib/index.js';

const { OneirosError } = oneiros;

const nonsense: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['5', 5],
  ['NaN', NaN],
  ['"x"', 'x'],
  ['{}', {}],
  ['[]', []],
  ['[null]', [null]],
  ['a function', () => 1],
  ['a symbol', Symbol('x')],
  ['a typed array', new Float32Array(3)],
  ['a promise', Promise.resolve(1)],
];

/** Right calls without any argument that take long: 31 million random weights, a session on each provider. */
const slowByDefault = new Set(['initialUNet', 'listProviders']);

type Anything = (...given: readonly unknown[]) => unknown;

function isFunction(value: unknown): value is Anything {
  return typeof value === 'function';
}

function isClass(value: Anything): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

/** Calls it, or makes one of its class, and takes the first of what it yields. */
async function attempt(call: () => unknown): Promise<unknown> {
  try {
    const result = await call();
    if (typeof result === 'object' && result !== null && Symbol.asyncIterator in result) {
      const iterator: unknown = Reflect.get(result, Symbol.asyncIterator);
      if (isFunction(iterator)) {
        const steps: unknown = Reflect.apply(iterator, result, []);
        const next: unknown = typeof steps === 'object' && steps !== null ? Reflect.get(steps, 'next') : null;
        if (isFunction(next)) await Reflect.apply(next, steps, []);
      }
    }
    return null;
  } catch (error) {
    return error;
  }
}

/** Each public function and class, and the static and the own methods of classes. */
function* publicFunctions(): Generator<readonly [name: string, call: Anything]> {
  for (const [name, exported] of Object.entries<unknown>(oneiros)) {
    if (!isFunction(exported) || name === 'OneirosError') continue;
    if (!isClass(exported)) {
      yield [name, exported];
      continue;
    }
    yield [`new ${name}`, (...given) => Reflect.construct(exported, given)];
    for (const method of ['load', 'of', 'from']) {
      const found: unknown = Reflect.get(exported, method);
      if (isFunction(found)) yield [`${name}.${method}`, (...given) => Reflect.apply(found, exported, given)];
    }
  }
}

describe('public functions, called with nonsense', () => {
  for (const [name, call] of publicFunctions())
    it(`${name} fails with an OneirosError or not at all`, async () => {
      for (const [title, value] of nonsense)
        for (const given of [
          [],
          [value],
          [value, value],
          [value, value, value],
          [value, value, value, value],
        ]) {
          const isDefault = given[0] === undefined || title === '{}';
          if (slowByDefault.has(name) && isDefault) continue;
          const error = await attempt(() => call(...given));
          if (error === null) continue;
          expect(error, `${name}(${given.map(() => title).join(', ')})`).to.be.instanceOf(OneirosError);
        }
    });
});
