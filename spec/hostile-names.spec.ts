import { expect } from 'chai';

import { grad } from '../lib/autodiff/grad.js';
import { OneirosError } from '../lib/base/errors.js';
import { number, resolveOptions } from '../lib/base/option-table.js';
import { bytesSource } from '../lib/files/source.js';
import { valueAndGrad } from '../lib/gradients/value-and-grad.js';
import {
  cocoDetections,
  cocoFigures,
  cocoProtocol,
  cocoTruth,
  evaluateDetections,
} from '../lib/metrics/index.js';
import { Builder } from '../lib/onnx/builder/builder.js';
import { decodeModel } from '../lib/onnx/codec/read.js';
import { encodeModel } from '../lib/onnx/codec/write.js';
import { simplifyModel } from '../lib/onnx/passes/simplify.js';
import { inferModel } from '../lib/onnx/shapes/infer.js';
import { openSession } from '../lib/runtime/session.js';
import { toggleLayer } from '../lib/studio/state/layer-choice.js';
import { float32 } from '../lib/tensor/tensor.js';
import { readSafetensors, writeSafetensors } from '../lib/weights/formats/safetensors.js';

/** Names that every object inherits from Object. */
const names = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__', '__proto__'];

/** y = 3x² with a hostile name for the input, the weight, the intermediate value and the output. */
function hostile(name: string, output = `${name}!`) {
  const b = new Builder();
  const x = b.input(name, 'float32', [2]);
  const weight = b.constant(float32([3]), `weight ${name}`);
  const inner = b.op('Mul', [x, x], {}, { name: `inner ${name}` });
  b.output(b.op('Mul', [inner, weight], {}, { name: output }));
  return b.model({ [name]: name });
}

describe('names that every object inherits', () => {
  for (const name of names) {
    it(`"${name}" is a normal value name, from the file to the gradient`, async () => {
      const model = simplifyModel(decodeModel(encodeModel(hostile(name))));
      expect([...inferModel(model).keys()]).to.include(name);
      expect(model.metadata.get(name)).to.equal(name);
      const derived = decodeModel(encodeModel(grad(model)));
      expect(derived.graph.outputs.map((info) => info.name)).to.deep.equal([`${name}!`, `d_${name}`]);
      if (name === '__proto__') return;
      await using session = await openSession(encodeModel(derived), { isolation: 'none', threads: 1 });
      const results = await session.run({ [name]: float32([1, -2]), [`d_${name}!`]: float32([1, 1]) });
      expect(Array.from(results[`d_${name}`]!.data, Number)).to.deep.equal([6, -12]);
    });

    for (const isolation of ['none', 'thread', 'process'] as const)
      it(`"${name}" as output runs with isolation ${isolation}, or is rejected with a clear error`, async () => {
        const b = new Builder();
        b.output(b.mul(b.input(`in ${name}`, 'float32', [1]), 2), name);
        const run = async () => {
          await using session = await openSession(encodeModel(b.model()), { isolation, threads: 1 });
          return await session.run({ [`in ${name}`]: float32([4]) });
        };
        if (name === '__proto__') expect((await failure(run)).message).to.match(/named "__proto__"/);
        else expect(Array.from((await run())[name]!.data, Number)).to.deep.equal([8]);
      });

    it(`"${name}" as an input that is not fed is an error, and is not read from Object`, async () => {
      if (name === '__proto__') return;
      await using session = await openSession(encodeModel(hostile(name)), { isolation: 'none', threads: 1 });
      expect((await failure(() => session.run({}))).message).to.equal(
        `the feeds lack the model's input "${name}"`,
      );
    });

    it(`"${name}" is a normal name for a gradient`, async () => {
      if (name === '__proto__') return;
      const b = new Builder();
      b.output(b.sum(b.square(b.input(name, 'float32', [2]))), 'loss');
      await using f = await valueAndGrad(b.model(), {
        loss: 'loss',
        prefix: 'by ',
        placement: { isolation: 'none' },
      });
      const { value, gradients } = await f({ [name]: float32([1, 2]) });
      expect(value).to.equal(5);
      expect(Object.keys(gradients)).to.deep.equal([name]);
      expect(Array.from(gradients[name]!.data, Number)).to.deep.equal([2, 4]);
    });

    it(`"${name}" is a normal name for a weight and for metadata in a file`, async () => {
      const bytes = writeSafetensors(new Map([[name, float32([7])]]), { [name]: 'kept' });
      const { weights, metadata } = await readSafetensors(bytesSource(bytes));
      expect([...weights.keys()]).to.deep.equal([name]);
      expect(Array.from((await weights.get(name)!.load()).data, Number)).to.deep.equal([7]);
      expect(Object.entries(metadata)).to.deep.equal([[name, 'kept']]);
    });

    it(`"${name}" is a normal name for a COCO class`, () => {
      const truth = cocoTruth({
        images: [{ id: name }],
        categories: [{ id: 1, name }],
        annotations: [{ id: 1, image_id: name, category_id: 1, bbox: [0, 0, 4, 4], area: 16, iscrowd: 0 }],
      });
      const found = cocoDetections([{ image_id: name, category_id: 1, bbox: [0, 0, 4, 4], score: 1 }], truth);
      const evaluation = evaluateDetections(truth, found, cocoProtocol());
      expect(cocoFigures(evaluation, { category: 0 }).AP).to.be.closeTo(1, 1e-12);
    });

    it(`"${name}" is a layer that can be toggled`, () => {
      expect(Object.entries(toggleLayer({ other: 1 }, name))).to.deep.equal([
        ['other', 1],
        [name, 1],
      ]);
    });

    it(`"${name}" is a normal name for an option`, () => {
      const table = Object.fromEntries([[name, number(5, 'a number')]]);
      expect(Object.entries(resolveOptions(table, {}))).to.deep.equal([[name, 5]]);
    });
  }

  it('are read from JSON unchanged', async () => {
    const header = '{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    const bytes = new Uint8Array(8 + header.length + 4);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    bytes.set(new TextEncoder().encode(header), 8);
    const { weights } = await readSafetensors(bytesSource(bytes));
    expect([...weights.keys()]).to.deep.equal(['__proto__']);
    // A record whose fields are in its prototype has no fields.
    const inherited: unknown = JSON.parse('{"__proto__": {"image_id": 1, "category_id": 1, "score": 1}}');
    const truth = cocoTruth({ images: [{ id: 1 }], categories: [{ id: 1, name: 'a' }], annotations: [] });
    expect(() => cocoDetections([inherited], truth)).to.throw(OneirosError, /"image_id" is missing/);
  });
});

async function failure(action: () => Promise<unknown>): Promise<OneirosError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof OneirosError) return error;
    throw error;
  }
  throw new Error('nothing failed');
}
