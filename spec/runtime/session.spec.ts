import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

import { type ErrorCode, OneirosError } from '../../lib/base/errors.js';
import { listProviders, openSession } from '../../lib/runtime/session.js';
import type { Session } from '../../lib/runtime/types.js';
import { float32, int64, type Tensor, tensor, zeros } from '../../lib/tensor/tensor.js';
import * as models from './models.js';

const x = () => float32([1, 2, 3, 4, 5, 6], [2, 3]);
const y = () => float32([10, 20, 30], [1, 3]);

/** Expects a OneirosError with this code, whose message is one line and matches the text. */
async function expectFailure(promise: Promise<unknown>, code: ErrorCode, text: RegExp): Promise<void> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof OneirosError)) throw new Error(`expected a OneirosError, got ${String(error)}`);
  expect(error.message).to.match(text);
  expect(error.message).not.to.match(/\n|\.cc:|onnxruntime_src/);
  expect(error.code, error.message).to.equal(code);
}

for (const isolation of ['thread', 'process', 'none'] as const)
  describe(`a session, isolation ${isolation}`, () => {
    let session: Session;
    before(async () => (session = await openSession(models.addModel(), { isolation })));
    after(() => session.dispose());

    it('has the provider, and the inputs and outputs of the model', () => {
      expect(session.provider).to.equal('cpu');
      expect(session.inputs).to.deep.equal([
        { name: 'x', dtype: 'float32', dims: ['n', 3] },
        { name: 'y', dtype: 'float32', dims: [1, 3] },
      ]);
      expect(session.outputs.map(({ name }) => name)).to.deep.equal(['z', 'twice']);
    });

    it('computes the outputs and does not change the feeds', async () => {
      const feeds = { x: x(), y: y() };
      const { z, twice } = await session.run(feeds);
      expect(z).to.deep.equal(float32([11, 22, 33, 14, 25, 36], [2, 3]));
      expect(twice).to.deep.equal(float32([2, 4, 6, 8, 10, 12], [2, 3]));
      expect(feeds).to.deep.equal({ x: x(), y: y() });
    });

    it('computes only what is fetched', async () => {
      const results = await session.run({ x: x(), y: y() }, { fetches: ['twice'] });
      expect(Object.keys(results)).to.deep.equal(['twice']);
    });

    it('accepts views of a part of a buffer, even handed over, and does not change the rest of the buffer', async () => {
      const many = Float32Array.of(0, 10, 20, 30, 7);
      const { z } = await session.run(
        { x: x(), y: float32(many.subarray(1, 4), [1, 3]) },
        { transfer: true },
      );
      expect(z).to.deep.equal(float32([11, 22, 33, 14, 25, 36], [2, 3]));
      expect([...many]).to.deep.equal([0, 10, 20, 30, 7]);
    });

    it('empties the arrays of feeds and models that are handed over', async () => {
      const feeds = { x: x(), y: y() };
      const { z } = await session.run(feeds, { transfer: true });
      expect(z).to.deep.equal(float32([11, 22, 33, 14, 25, 36], [2, 3]));
      expect([feeds.x.data.length, feeds.y.data.length]).to.deep.equal([0, 0]);
      const given = models.addModel().slice();
      await (await openSession(given, { isolation, transfer: true })).dispose();
      expect(given.length).to.equal(0);
    });

    it('accepts one tensor for two inputs, handed over', async () => {
      const both = y();
      const { z } = await session.run({ x: both, y: both }, { transfer: true });
      expect(z).to.deep.equal(float32([20, 40, 60], [1, 3]));
    });

    it('queues runs and completes them in order', async () => {
      const answers = await Promise.all(
        [1, 2, 3, 4].map((value) => session.run({ x: float32([value, value, value], [1, 3]), y: y() })),
      );
      expect(answers.map(({ twice }) => twice?.data[0])).to.deep.equal([2, 4, 6, 8]);
    });

    it('passes every element type', async () => {
      await using types = await openSession(models.typesModel(), { isolation });
      const feeds = {
        half: tensor('float16', Uint16Array.of(0x3c00, 0x4000), [2]),
        flag: tensor('bool', Uint8Array.of(1, 0), [2]),
        text: tensor('string', ['a', 'ü'], [2]),
        count: int64([9007199254740993n], []),
      };
      const results = await types.run(feeds);
      expect(results).to.deep.equal({
        squared: tensor('float16', Uint16Array.of(0x3c00, 0x4400), [2]),
        opposite: tensor('bool', Uint8Array.of(0, 1), [2]),
        'same text': feeds.text,
        'same count': feeds.count,
      });
    });

    it("rejects an aborted run with its signal's reason, and can run again", async () => {
      const reason = new Error('enough');
      const signal = AbortSignal.abort(reason);
      const error: unknown = await session.run({ x: x(), y: y() }, { signal }).catch((e: unknown) => e);
      expect(error).to.equal(reason);
      await session.run({ x: x(), y: y() });
    });

    it('waits for queued runs when it is disposed, and refuses later ones', async () => {
      const other = await openSession(models.addModel(), { isolation });
      const runs = [other.run({ x: x(), y: y() }), other.run({ x: x(), y: y() })];
      await Promise.all([other.dispose(), other.dispose()]);
      for (const results of await Promise.all(runs)) expect(results).to.have.keys('z', 'twice');
      await expectFailure(other.run({ x: x(), y: y() }), 'bad-argument', /the session is disposed/);
    });

    it('cleans up after an invalid model', () =>
      expectFailure(
        openSession(models.addModel().subarray(0, 50), { isolation }),
        'bad-input',
        /^the model could not be loaded: /,
      ));
  });

describe('ONNX Runtime refuses', () => {
  const isolation = 'none';

  it('an invalid model', async () => {
    const open = (model: Uint8Array) => openSession(model, { isolation });
    await expectFailure(open(new Uint8Array()), 'bad-input', /^the model could not be loaded: /);
    await expectFailure(open(models.danglingModel()), 'bad-input', /input 'nothing' is not a graph input/);
    await expectFailure(open(models.unknownOperatorModel()), 'unsupported', /No Op registered for Nonsense/);
  });

  it('a run whose sizes do not agree, after which others succeed', async () => {
    await using product = await openSession(models.productModel(), { isolation });
    const run = (rows: number) =>
      product.run({ a: zeros('float32', [2, 3]), b: zeros('float32', [rows, 4]) });
    await expectFailure(run(5), 'runtime', /^the run failed: MatMul node "": .*dimension mismatch$/);
    expect((await run(3))['z']?.dims).to.deep.equal([2, 4]);
  });

  it('a run that does not fit in memory', async () => {
    await using expand = await openSession(models.expandModel(), { isolation });
    const feeds = { x: float32([1]), sizes: int64([10_000_000, 10_000_000]) };
    await expectFailure(
      expand.run(feeds),
      'too-large',
      /^the run failed: Expand node "": .*allocate memory/i,
    );
  });
});

describe('openSession', () => {
  it('reads a model from a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'oneiros-'));
    try {
      const path = join(folder, 'add.onnx');
      await writeFile(path, models.addModel());
      await using session = await openSession({ path }, { isolation: 'none' });
      expect((await session.run({ x: x(), y: y() }))['z']?.data[0]).to.equal(11);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('names a file that does not exist', async () => {
    await expectFailure(
      openSession({ path: '/no/such.onnx' }),
      'not-found',
      /^there is no readable file at \/no\/such\.onnx$/,
    );
    await expectFailure(openSession({ path: tmpdir() }), 'not-found', /^there is no readable file at /);
  });

  it('never falls back from a provider that was requested by name', async () => {
    const statuses = await listProviders();
    expect(statuses.find(({ provider }) => provider === 'cpu')).to.deep.equal({
      provider: 'cpu',
      works: true,
      note: '',
    });
    const missing = statuses.filter(({ works }) => !works);
    for (const { provider, note } of missing) {
      expect(note).not.to.equal('');
      await expectFailure(
        openSession(models.addModel(), { provider, isolation: 'none' }),
        'unsupported',
        new RegExp(`^the provider ${provider} does not work here: `),
      );
    }
    await expectFailure(
      openSession(models.addModel(), { provider: 'wasm' }),
      'unsupported',
      /in Node use cpu/,
    );
  });

  it('refuses a GPU that the provider would ignore', async () => {
    for (const [options, message] of [
      [{ provider: 'cpu', deviceId: 0 }, /deviceId .* cuda or dml, but the provider is cpu: name one/],
      [{ deviceId: 1 }, /but the provider is auto/],
      [{ provider: 'cuda', deviceId: -1 }, /deviceId must be .* not -1/],
      [{ provider: 'cuda', deviceId: 0.5 }, /deviceId must be .* not 0\.5/],
    ] as const)
      await expectFailure(openSession(models.addModel(), options), 'bad-argument', message);
  });

  it('says what a GPU needs if there is none', async () => {
    for (const deviceId of [0, 7])
      await expectFailure(
        openSession(models.addModel(), { provider: 'cuda', deviceId, isolation: 'none' }),
        'unsupported',
        /^the provider cuda does not work here: .*(setup:cuda|NVIDIA GPU|Linux x64)/,
      );
  });

  it('accepts a number of threads', async () => {
    await using session = await openSession(models.addModel(), { threads: 1, isolation: 'none' });
    expect((await session.run({ x: x(), y: y() }))['z']?.data[0]).to.equal(11);
    await expectFailure(
      openSession(models.addModel(), { threads: 0 }),
      'bad-argument',
      /threads must be .* not 0/,
    );
    await expectFailure(
      openSession(models.addModel(), { threads: 10_000 }),
      'bad-argument',
      /threads must be .* from 1 to 256, not 10000/,
    );
  });

  it('stops when its signal is aborted', async () => {
    const reason = new Error('changed my mind');
    const stop = new AbortController();
    const opening = openSession(models.addModel(), { signal: stop.signal }).catch((e: unknown) => e);
    stop.abort(reason);
    expect(await opening).to.equal(reason);
  });

  it('empties the bytes of the model only if they are handed over', async () => {
    const kept = models.addModel();
    const { length } = kept;
    await (await openSession(kept)).dispose();
    expect(kept.length).to.equal(length);
    const given = new Uint8Array(kept);
    await (await openSession(given, { transfer: true })).dispose();
    expect(given.length).to.equal(0);
  });
});

/** Feeds that plain JavaScript may pass. */
function feedsOf(value: unknown): Record<string, Tensor>;
function feedsOf(value: unknown): unknown {
  return value;
}

describe('results that contradict what a model declares', () => {
  const run = async (
    declared: readonly (number | string)[],
    input: readonly (number | string)[],
    dims: number[],
  ) => {
    await using session = await openSession(models.declaredModel(input, declared), { isolation: 'none' });
    return await session.run({ x: zeros('float32', dims), sizes: int64([1, 1, 1]) });
  };

  it('are an error that names the output and both shapes', async () => {
    await expectFailure(
      run(['n', 3, 7], ['n', 3, 5], [2, 3, 5]),
      'bad-input',
      /^the model declares its output "y" as \[n, 3, 7\], but a run returned \[2, 3, 5\]: correct or remove/,
    );
    await expectFailure(
      run([1, 3], ['n', 3, 5], [1, 3, 5]),
      'bad-input',
      /"y" as \[1, 3\], but .* \[1, 3, 5\]/,
    );
  });

  it('are accepted for symbolic sizes, and for axes whose size is symbolic in an input', async () => {
    expect((await run(['n', 3, 5], ['n', 3, 5], [2, 3, 5]))['y']?.dims).to.deep.equal([2, 3, 5]);
    expect((await run(['a', 'b', 'c'], ['n', 3, 5], [2, 3, 5]))['y']?.dims).to.deep.equal([2, 3, 5]);
    expect((await run([1, 3, 5], ['n', 3, 5], [2, 3, 5]))['y']?.dims).to.deep.equal([2, 3, 5]);
    expect((await run([1, 3, 5], ['n', 3, 'w'], [2, 3, 9]))['y']?.dims).to.deep.equal([2, 3, 9]);
  });
});

describe('feeds', () => {
  let session: Session;
  before(async () => (session = await openSession(models.addModel())));
  after(() => session.dispose());

  const wrong: readonly [string, Record<string, Tensor>, RegExp][] = [
    ['of an unknown name', { q: x(), y: y() }, /no input "q"; its inputs are x, y/],
    ['that are missing', { x: x() }, /the feeds lack the model's input "y"/],
    [
      'of another type',
      { x: tensor('int32', Int32Array.of(1, 2, 3), [1, 3]), y: y() },
      /"x" takes float32, not int32/,
    ],
    ['of another rank', { x: float32([1, 2, 3]), y: y() }, /"x" takes dimensions \[n, 3\], not \[3\]/],
    ['of another size', { x: x(), y: x() }, /"y" takes dimensions \[1, 3\], not \[2, 3\]/],
  ];
  for (const [what, feeds, text] of wrong)
    it(`${what} are refused`, () => expectFailure(session.run(feeds), 'bad-argument', text));

  // Plain JavaScript can pass these.
  const untyped: readonly [string, unknown, RegExp][] = [
    ['null', null, /feeds must be tensors by input name, not null$/],
    ['undefined', undefined, /feeds must be .* not undefined$/],
    ['a list', [x(), y()], /feeds must be .* not an array of 2$/],
    ['null for an input', { x: null, y: y() }, /^input "x" takes a tensor, such as .*, not null$/],
    ['nothing for an input', { x: undefined, y: y() }, /the feeds lack the model's input "x"/],
    [
      'numbers for an input',
      { x: Float32Array.of(1, 2, 3), y: y() },
      /"x" takes a tensor.* not of the type Float32Array/,
    ],
    ['a number for an input', { x: 3, y: y() }, /"x" takes a tensor.* not 3/],
    ['data without dimensions', { x: { dtype: 'float32', data: [1] }, y: y() }, /"x" takes a tensor/],
  ];
  for (const [what, given, text] of untyped)
    it(`that are ${what} are refused with a clear error`, () =>
      expectFailure(session.run(feedsOf(given)), 'bad-argument', text));

  it('that are handed over are empty afterwards, and refused in a later run', async () => {
    const feeds = { x: x(), y: y() };
    await session.run(feeds, { transfer: true });
    expect(feeds.x.data).to.have.length(0);
    await expectFailure(
      session.run(feeds),
      'bad-argument',
      /needs 6 elements but holds 0: an earlier run may have taken them/,
    );
  });

  it('in shared memory are accepted', async () => {
    const shared = new Float32Array(new SharedArrayBuffer(12));
    shared.set([1, 2, 3]);
    const { z } = await session.run({ x: float32(shared, [1, 3]), y: y() }, { transfer: true });
    expect(z).to.deep.equal(float32([11, 22, 33], [1, 3]));
  });

  it('may have no elements', async () => {
    expect((await session.run({ x: zeros('float32', [0, 3]), y: y() }))['z']?.dims).to.deep.equal([0, 3]);
  });

  it('are refused if a fetched output does not exist', () =>
    expectFailure(
      session.run({ x: x(), y: y() }, { fetches: ['w'] }),
      'bad-argument',
      /no output "w"; .* z, twice/,
    ));
});
