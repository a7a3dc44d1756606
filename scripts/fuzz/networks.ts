import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { loadClassifier } from '../../lib/networks/classifier/load.js';
import { loadDetector } from '../../lib/networks/detector/load.js';
import { loadSegmenter } from '../../lib/networks/segmenter/load.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import { readModel } from '../../lib/onnx/codec/model-files.js';
import { decodeModel } from '../../lib/onnx/codec/read.js';
import { encodeChunks, encodeModel } from '../../lib/onnx/codec/write.js';
import { externalData } from '../../lib/onnx/codec/write-external-data.js';
import { float32 } from '../../lib/tensor/tensor.js';
import { joined } from './mutate-bytes.js';
import { mutateOnnx } from './mutate-onnx.js';
import type { Target } from './targets.js';

const weights = (...dims: number[]) =>
  float32(
    Float32Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => Math.sin(i)),
    dims,
  );

/** A classifier, a segmenter and a detector, recognizable by their inputs and outputs. */
function small(): Uint8Array[] {
  const classifier = new Builder();
  const pixels = classifier.input('pixels', 'float32', ['n', 3, 8, 8]);
  const kernel = classifier.constant(weights(4, 3, 3, 3), 'kernel');
  const means = classifier.op('GlobalAveragePool', [
    classifier.op('Relu', [classifier.op('Conv', [pixels, kernel])]),
  ]);
  const scores = classifier.op('Gemm', [
    classifier.op('Flatten', [means]),
    classifier.constant(weights(4, 5), 'w'),
  ]);
  classifier.output(classifier.op('Softmax', [scores]), 'y');

  const segmenter = new Builder();
  const picture = segmenter.input('picture', 'float32', ['n', 3, 'h', 'w']);
  const planes = segmenter.op('Conv', [picture, segmenter.constant(weights(2, 3, 1, 1), 'kernel')]);
  segmenter.output(segmenter.op('Sigmoid', [planes]), 'planes');

  const detector = new Builder();
  const image = detector.input('image', 'float32', [3, 'h', 'w']);
  const rows = detector.reshape(image, [-1, 4]);
  detector.output(rows, 'boxes');
  detector.output(
    detector.op('Cast', [detector.op('ReduceMax', [rows], { axes: [1], keepdims: 0 })], { to: 7 }),
    'labels',
  );
  detector.output(detector.op('ReduceMean', [rows], { axes: [1], keepdims: 0 }), 'scores');
  return [classifier, segmenter, detector].map((b) => encodeModel(b.model()));
}

const name = 'the network';

/** Exported networks; they are opened but not run. */
export const networks: Target = {
  seeds: () => Promise.resolve(small()),
  mutate: mutateOnnx,
  steps: {
    classify: (bytes) => loadClassifier(bytes, { name }),
    detect: (bytes) => loadDetector(bytes, { name }),
    segment: (bytes) => loadSegmenter(bytes, { name }),
  },
};

const folder = join(import.meta.dirname, '../../artifacts/fuzz/external');

/** A model in a folder, with constants in an external file. */
export const external: Target = {
  seeds: async () => {
    const models = small().map((bytes) => decodeModel(bytes));
    const [first] = models;
    await mkdir(folder, { recursive: true });
    if (first !== undefined)
      await writeFile(
        join(folder, 'model.data'),
        Buffer.concat(externalData(first, 'model.data', 16).chunks),
      );
    return models.map((model) => joined(...encodeChunks(model, externalData(model, 'model.data', 16).place)));
  },
  mutate: mutateOnnx,
  steps: {
    read: async (bytes) => {
      const file = join(folder, 'model.onnx');
      await writeFile(file, bytes);
      await readModel(file);
    },
  },
};
