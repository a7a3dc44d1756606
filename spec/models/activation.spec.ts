import { expect } from 'chai';

import { image } from '../../lib/image/image.js';
import { loadClassifier, type LoadClassifierOptions } from '../../lib/networks/classifier/load.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import type { Value } from '../../lib/onnx/builder/graph-builder.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import { Explainer } from '../../lib/tasks/explain/explainer.js';
import { float32 } from '../../lib/tensor/tensor.js';
import { rejection } from './rejection.js';

const placement = { isolation: 'none' } as const;
/** The scores that the graphs below give for a red picture. */
const scores = [2, -1, 0.5];
const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
const softmax = scores.map((score) => Math.exp(score) / total);
const sigmoid = scores.map((score) => 1 / (1 + Math.exp(-score)));
const red = image({ width: 4, height: 4 }, new Float32Array(48).fill(1, 0, 16));

/** A graph that computes the scores of a red picture, followed by `end`. */
function network(end: (b: Builder, scores: Value) => Value, columns = scores): Uint8Array {
  const b = new Builder();
  const pixels = b.input('pixels', 'float32', ['n', 3, 4, 4]);
  const means = b.op('Flatten', [b.op('GlobalAveragePool', [b.op('Relu', [pixels])])], { axis: 1 });
  const weight = b.constant(
    float32([...columns, ...columns.map(() => 0), ...columns.map(() => 0)], [3, columns.length]),
  );
  b.output(end(b, b.op('Gemm', [means, weight])), 'y');
  return encodeModel(b.model());
}

async function probabilitiesOf(bytes: Uint8Array, options: LoadClassifierOptions = {}) {
  await using opened = await loadClassifier(bytes, { placement, name: 'toy', ...options });
  const [row] = await opened.probabilities([red]);
  return { row: [...row!], head: opened.head, notes: opened.notes.join('\n') };
}

function expectClose(found: readonly number[], wanted: readonly number[]): void {
  expect(found).to.have.length(wanted.length);
  found.forEach((value, i) => expect(value).to.be.closeTo(wanted[i]!, 1e-6));
}

type End = (b: Builder, z: Value) => Value;
const exps = (b: Builder, z: Value) => b.exp(z);
const shifted = (b: Builder, z: Value) => b.sub(z, b.max(z, [1]));
const softmaxOf = (b: Builder, z: Value) => b.op('Softmax', [z], { axis: 1 });
const handed: Readonly<Record<string, End>> = {
  'an Identity': (b, p) => b.op('Identity', [p]),
  'a Reshape': (b, p) => b.reshape(p, [-1, 3, 1, 1]),
  'a Flatten': (b, p) => b.op('Flatten', [p]),
  'an Unsqueeze and a Squeeze': (b, p) => b.squeeze(b.unsqueeze(p, [2]), [2]),
  'a Cast to half and back': (b, p) => b.cast(b.cast(p, 'float16'), 'float32'),
  'a Transpose of axes of one': (b, p) => b.transpose(b.reshape(p, [-1, 3, 1, 1]), [0, 2, 3, 1]),
  'a Clip that keeps logarithms finite': (b, p) =>
    b.op('Clip', [p, b.scalar(1e-7, 'float32'), b.scalar(1, 'float32')]),
  'a Dropout': (b, p) => b.op('Dropout', [p]),
};

describe('probabilities that a graph already gives', () => {
  const softmaxes: Readonly<Record<string, End>> = {
    Softmax: softmaxOf,
    'exponentials over their sum': (b, z) => b.div(exps(b, z), b.sum(exps(b, z), [1])),
    'one exponential over its sum': (b, z) => {
      const e = exps(b, z);
      return b.div(e, b.sum(e, [1]));
    },
    'the same with a sum without its axis': (b, z) => {
      const e = exps(b, z);
      return b.div(e, b.unsqueeze(b.sum(e, [1], false), [1]));
    },
    'the same, after subtracting the maximum': (b, z) => {
      const e = exps(b, shifted(b, z));
      return b.div(e, b.sum(e, [1]));
    },
    'exponentials times the reciprocal of their sum plus 1e-12': (b, z) => {
      const e = exps(b, z);
      return b.mul(e, b.reciprocal(b.add(b.sum(e, [1]), 1e-12)));
    },
    'the exponential of LogSoftmax': (b, z) => b.exp(b.op('LogSoftmax', [z], { axis: 1 })),
    'the exponential of scores minus ReduceLogSumExp': (b, z) =>
      b.exp(b.sub(z, b.op('ReduceLogSumExp', [z], { axes: [1], keepdims: 1 }))),
    'the mean of two softmaxes': (b, z) => b.mul(b.add(softmaxOf(b, z), softmaxOf(b, z)), 0.5),
  };
  for (const [name, end] of Object.entries(softmaxes))
    it(`are recognized as a softmax: ${name}`, async () => {
      const { row, head, notes } = await probabilitiesOf(network(end));
      expectClose(row, softmax);
      expect(head).to.include({ activation: 'softmax', isAssumed: false });
      expect(notes).to.contain('toy: probabilities of 3 classes by a softmax');
    });

  for (const [name, after] of Object.entries(handed))
    it(`are recognized as a softmax before ${name}`, async () => {
      const { row, head } = await probabilitiesOf(network((b, z) => after(b, softmaxOf(b, z))));
      row.forEach((value, i) => expect(value).to.be.closeTo(softmax[i]!, 1e-3));
      expect(head.activation).to.equal('softmax');
    });

  const sigmoids: Readonly<Record<string, End>> = {
    Sigmoid: (b, z) => b.sigmoid(z),
    '1 over 1 plus an exponential': (b, z) => b.div(1, b.add(b.exp(b.neg(z)), 1)),
    'the reciprocal of that': (b, z) => b.reciprocal(b.add(b.exp(b.neg(z)), 1)),
    'an exponential over itself plus 1': (b, z) => {
      const e = b.exp(z);
      return b.div(e, b.add(e, 1));
    },
    'half a tanh plus a half': (b, z) => b.add(b.mul(b.tanh(b.mul(z, 0.5)), 0.5), 0.5),
  };
  for (const [name, end] of Object.entries(sigmoids))
    it(`are recognized as sigmoids: ${name}`, async () => {
      const { row, head, notes } = await probabilitiesOf(network(end));
      expectClose(row, sigmoid);
      expect(head).to.include({ activation: 'sigmoid', isAssumed: false });
      expect(notes).to.contain('independent probabilities');
    });

  for (const [name, end] of Object.entries({
    LogSoftmax: (b: Builder, z: Value) => b.op('LogSoftmax', [z], { axis: 1 }),
    'the logarithm of a softmax': (b: Builder, z: Value) => b.log(softmaxOf(b, z)),
  }))
    it(`are recognized by their logarithms: ${name}`, async () => {
      const { row, head } = await probabilitiesOf(network(end));
      expectClose(row, softmax);
      expect(head.activation).to.equal('log-softmax');
    });
});

describe('scores of classes', () => {
  it('get a softmax, which a note states', async () => {
    for (const end of [
      (_: Builder, z: Value) => z,
      (b: Builder, z: Value) => b.add(b.mul(z, 0.5), b.mul(z, 0.5)),
    ]) {
      const { row, head, notes } = await probabilitiesOf(network(end));
      expectClose(row, softmax);
      expect(head).to.include({ activation: 'softmax', isAssumed: true });
      expect(notes).to.contain('scores of 3 classes, converted by a softmax (assumed');
    }
  });
  it('get a sigmoid each if the option says so', async () => {
    const { row } = await probabilitiesOf(
      network((_, z) => z),
      { activation: 'sigmoid' },
    );
    expectClose(row, sigmoid);
  });
  it('get a sigmoid if there is one score, which belongs to the second of two names', async () => {
    for (const end of [(_: Builder, z: Value) => z, (b: Builder, z: Value) => b.sigmoid(z)]) {
      expectClose((await probabilitiesOf(network(end, [2]))).row, [sigmoid[0]!]);
      const labels = ['dog', 'cat'].map((name, i) => ({ id: String(i), name }));
      expectClose((await probabilitiesOf(network(end, [2]), { labels })).row, [1 - sigmoid[0]!, sigmoid[0]!]);
    }
  });
  it('are refused after a softmax over a single class', async () => {
    const one = network(softmaxOf, [2]);
    expect(await rejection(probabilitiesOf(one))).to.contain('add up to 1 over a single class');
  });
  it('that may be probabilities are refused until an option states what they are', async () => {
    const unclear: Readonly<Record<string, readonly [End, string]>> = {
      percent: [(b, z) => b.mul(softmaxOf(b, z), 100), 'they add up to 100 instead of 1'],
      tanh: [(b, z) => b.tanh(z), 'they lie in [-1, 1]'],
      exponentials: [exps, 'they come from Exp'],
      'another axis': [(b, z) => b.op('Softmax', [z], { axis: 0 }), 'add up to 1 along axis 0'],
    };
    for (const [name, [end, why]] of Object.entries(unclear))
      expect(await rejection(probabilitiesOf(network(end))), name)
        .to.contain(why)
        .and.contain('`activation`');
    const { row } = await probabilitiesOf(
      network((b, z) => b.tanh(z)),
      { activation: 'sigmoid' },
    );
    expectClose(
      row,
      scores.map((score) => 1 / (1 + Math.exp(-Math.tanh(score)))),
    );
  });
  it('cannot get a second activation', async () => {
    expect(await rejection(probabilitiesOf(network(softmaxOf), { activation: 'sigmoid' }))).to.contain(
      'the graph has a softmax before its output',
    );
  });
  it('that turn out to be probabilities when computed are an error', async () => {
    // With these weights, the layer's results happen to be probabilities.
    const hidden = network((_, z) => z, [0.2, 0.7, 0.1]);
    expect(await rejection(probabilitiesOf(hidden))).to.contain('are probabilities already');
    expectClose((await probabilitiesOf(hidden, { activation: 'none' })).row, [0.2, 0.7, 0.1]);
  });
  it('declared as probabilities are an error if they are outside [0, 1]', async () => {
    expect(
      await rejection(
        probabilitiesOf(
          network((_, z) => z),
          { activation: 'none' },
        ),
      ),
    ).to.contain('gave 2 as a probability');
  });
  it('need as many names as there are classes', async () => {
    const labels = [{ id: '0', name: 'one' }];
    expect(await rejection(probabilitiesOf(network(softmaxOf), { labels }))).to.contain(
      'has 3 classes, but 1 names',
    );
  });
});

describe('a network with several outputs', () => {
  const several = (ends: Readonly<Record<string, End>>) => {
    const b = new Builder();
    const pixels = b.input('pixels', 'float32', [1, 3, 4, 4]);
    const means = b.op('Flatten', [b.op('GlobalAveragePool', [pixels])], { axis: 1 });
    const weight = b.constant(float32([...scores, 0, 0, 0, 0, 0, 0], [3, 3]));
    const z = b.op('Gemm', [means, weight]);
    for (const [name, end] of Object.entries(ends)) b.output(end(b, z), name);
    return encodeModel(b.model());
  };
  it('classifies with the only output that is a row', async () => {
    const model = several({
      features: (b, z) => b.reshape(b.concat([z, z], 1), [1, 2, 3]),
      logits: (_, z) => z,
    });
    expectClose((await probabilitiesOf(model)).row, softmax);
  });
  it('treats scores and their probabilities as the same classes', async () => {
    const model = several({ logits: (b, z) => b.op('Identity', [z]), probabilities: softmaxOf });
    const { row, head } = await probabilitiesOf(model);
    expectClose(row, softmax);
    expect(head.isAssumed).to.be.false;
  });
  it('lists the candidates, and uses the chosen one', async () => {
    const model = several({ class: (b, z) => b.mul(z, 1), age: (b, z) => b.mul(z, 2) });
    expect(await rejection(probabilitiesOf(model)))
      .to.contain('"class" (3) and "age" (3)')
      .and.contain('`head`');
    expectClose((await probabilitiesOf(model, { head: 'class' })).row, softmax);
    expect(await rejection(probabilitiesOf(model, { head: 'clas' }))).to.contain('near names: class');
  });
  it('lists its outputs if none is a row', async () => {
    const model = several({ maps: (b, z) => b.reshape(b.concat([z, z], 1), [1, 2, 3]) });
    expect(await rejection(probabilitiesOf(model))).to.contain('"maps" (float32 [1, 2, 3])');
  });
});

describe('an explanation', () => {
  it('begins with the score before the activation', async () => {
    const ends: readonly End[] = [
      (b, z) => b.sigmoid(z),
      (b, z) => {
        const e = exps(b, shifted(b, z));
        return b.div(e, b.sum(e, [1]));
      },
      (_, z) => z,
      (b, z) => b.op('LogSoftmax', [z], { axis: 1 }),
    ];
    for (const [i, end] of ends.entries()) {
      await using opened = await loadClassifier(network(end), { placement, name: 'toy' });
      await using explainer = new Explainer(opened);
      const found = await explainer.explain(red, { labelId: 2 });
      expect(found.score).to.be.closeTo(0.5, 1e-6);
      expect(found.probability).to.be.closeTo((i === 0 ? sigmoid : softmax)[2]!, 1e-6);
    }
  });
});
