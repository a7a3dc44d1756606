import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { InferenceSession, Tensor } from 'onnxruntime-node';

import { decodeModel } from '../../lib/onnx/codec/read.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import { substitute } from '../../lib/onnx/facts/dim.js';
import type { Model } from '../../lib/onnx/graph/graph.js';
import { inferModel } from '../../lib/onnx/shapes/infer.js';
import { sizeOf } from '../../lib/tensor/tensor.js';

const folder = '../shared/models';
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.onnx')) : [];

describe('shape inference of published models', () => {
  if (files.length === 0) console.warn(`SKIPPED: ${folder} is missing`);
  for (const file of files)
    it(`${file}: gives every value ONNX Runtime’s type and shape`, async () => {
      const declared = decodeModel(readFileSync(`${folder}/${file}`));
      // Declared types of intermediate values are dropped, so that all are inferred.
      const model = { ...declared, graph: { ...declared.graph, values: new Map() } };
      const types = inferModel(model);
      const sizes = openSizes(model);
      const results = await runAll(model, sizes);
      expect(results.size).to.be.greaterThan(10);
      for (const [name, made] of results) {
        const type = types.get(name)?.type;
        expect(type?.dtype, name).to.equal(made.type);
        const shape = type?.shape?.map((size) => substitute(size, (symbol) => sizes.get(symbol)));
        // A size known only when the graph runs is a new symbol.
        const known = shape?.map((size, axis) => (typeof size === 'number' ? size : made.dims[axis]));
        expect(known, name).to.deep.equal([...made.dims]);
      }
    });
});

/** Sizes for symbolic axes: one picture, large enough for reflection padding at every scale. */
function openSizes({ graph }: Model): ReadonlyMap<string, number> {
  return new Map(
    graph.inputs.flatMap(({ type }) =>
      (type?.shape ?? []).flatMap((size, axis): [string, number][] =>
        typeof size === 'string' ? [[size, axis === 0 ? 1 : 32]] : [],
      ),
    ),
  );
}

/** Runs the model on a picture of its input size, and returns all values. */
async function runAll(
  model: Model,
  sizes: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, Tensor>> {
  const names = model.graph.nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== '');
  const all = { ...model.graph, outputs: names.map((name) => ({ name, type: null })) };
  const session = await InferenceSession.create(encodeModel({ ...model, graph: all }), {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
  const feeds = Object.fromEntries(
    model.graph.inputs.map(({ name, type }) => {
      const dims =
        type?.shape?.map((size) => (typeof size === 'number' ? size : (sizes.get(size) ?? 1))) ?? [];
      return [name, new Tensor('float32', new Float32Array(sizeOf(dims)), dims)];
    }),
  );
  const results = await session.run(feeds);
  await session.release();
  return new Map(Object.entries(results));
}
