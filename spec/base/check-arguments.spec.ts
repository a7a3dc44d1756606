import { expect } from 'chai';

import { entries } from '../api/entries.js';

const { OneirosError } = entries.index;
const { losses, optimizers, schedules, ...training } = entries.train;
/** All public names, those in namespaces included. */
const oneiros = {
  ...entries.index,
  ...entries.metrics,
  ...entries.onnx,
  ...entries.runtime,
  ...entries.weights,
  ...training,
  ...losses,
  ...optimizers,
  ...schedules,
};

const invalid: readonly (readonly [string, unknown])[] = [
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

/** Calls that are valid without arguments but slow: 31 million random weights, a session on each provider. */
const slowByDefault = new Set(['initialUNet', 'listProviders']);

type AnyFunction = (...given: readonly unknown[]) => unknown;

function isFunction(value: unknown): value is AnyFunction {
  return typeof value === 'function';
}

function isClass(value: AnyFunction): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

/** Makes a call and, if it returns an async iterable, takes the first item. */
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

/** Each public function, constructor and static `load` method. */
function* publicFunctions(): Generator<readonly [name: string, call: AnyFunction]> {
  for (const [name, exported] of Object.entries<unknown>(oneiros)) {
    if (!isFunction(exported) || name === 'OneirosError') continue;
    if (!isClass(exported)) {
      yield [name, exported];
      continue;
    }
    yield [`new ${name}`, (...given): unknown => Reflect.construct(exported, given)];
    for (const method of ['load']) {
      const found: unknown = Reflect.get(exported, method);
      if (isFunction(found))
        yield [`${name}.${method}`, (...given): unknown => Reflect.apply(found, exported, given)];
    }
  }
}

describe('public functions called with invalid arguments', () => {
  for (const [name, call] of publicFunctions())
    it(`${name} throws only OneirosErrors`, async () => {
      for (const [title, value] of invalid)
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

describe('public functions called with invalid arguments after a valid one', () => {
  const b = new oneiros.Builder();
  b.output(b.relu(b.input('x', 'float32', [3])), 'y');
  const model = b.model();
  const picture = oneiros.image({ width: 4, height: 4 });
  for (const [name, call] of publicFunctions())
    it(`${name} throws only OneirosErrors`, async () => {
      for (const [first, right] of Object.entries({ model, picture }))
        for (const [title, value] of invalid) {
          const error = await attempt(() => call(right, value, value));
          if (error === null) continue;
          expect(error, `${name}(${first}, ${title}, ${title})`).to.be.instanceOf(OneirosError);
        }
    });
});

/** The names of a function's parameters, as far as they are plain identifiers. */
function parametersOf(call: AnyFunction): readonly string[] {
  const [, list = ''] = /^[^(]*\(([^{]*?)\)\s*\{/s.exec(Function.prototype.toString.call(call)) ?? [];
  return list.split(',').map((parameter) => parameter.trim().split(/\W/)[0] ?? '');
}

describe('every public function', () => {
  for (const [name, exported] of Object.entries<unknown>(oneiros)) {
    if (!isFunction(exported) || isClass(exported) || exported.length === 0) continue;
    // Its parser checks the document and has its own messages.
    if (name === 'cocoTruth') continue;
    it(`${name} names an argument of the wrong type`, async () => {
      const error = await attempt(() => exported(Symbol('x')));
      expect(error).to.be.instanceOf(OneirosError);
      expect(String(error)).to.contain(name);
    });
  }
  for (const [name, exported] of Object.entries<unknown>(oneiros)) {
    if (!isFunction(exported) || isClass(exported)) continue;
    const at = parametersOf(exported).indexOf('options');
    if (at < 0) continue;
    it(`${name} rejects an unknown option`, async () => {
      const given: unknown[] = [];
      given[at] = { unheardOf: 1 };
      const error = await attempt(() => exported(...given));
      expect(error).to.be.instanceOf(OneirosError);
      expect(String(error)).to.contain('has no option "unheardOf"');
    });
  }
});

describe('options with unknown names', () => {
  it('are rejected with the most similar names, for any table of options', async () => {
    const messages: readonly (readonly [() => unknown, RegExp])[] = [
      [
        (): unknown => Reflect.apply(oneiros.adam, null, [{ learnRate: 1 }]),
        /adam has no option "learnRate"; near names: learningRate/,
      ],
      [
        (): unknown => Reflect.apply(oneiros.cocoProtocol, null, [{ maxDet: [1] }]),
        /no option "maxDet"; near names: maxDets/,
      ],
      [
        (): unknown => Reflect.apply(oneiros.readImage, null, ['a.png', { maxPixel: 1 }]),
        /no option "maxPixel"; near names: maxPixels/,
      ],
      [(): unknown => Reflect.apply(oneiros.cosine, null, [{ constructor: 1 }]), /no option "constructor"/],
      [
        (): unknown => Reflect.apply(oneiros.loadClassifier, null, ['vgg19-slim', { provider: 'cpu' }]),
        /no option "provider"/,
      ],
    ];
    for (const [call, expected] of messages) {
      const error = await attempt(call);
      expect(error).to.be.instanceOf(OneirosError);
      expect(String(error)).to.match(expected);
    }
  });
});
