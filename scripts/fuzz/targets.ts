import { crc32 } from 'node:zlib';

import { grad } from '../../lib/autodiff/grad.js';
import { bytesSource } from '../../lib/files/source.js';
import { decodeImage } from '../../lib/image/codec/decode-encode.js';
import { readPngText } from '../../lib/image/codec/png/text.js';
import { readCocoDetections, readCocoTruth } from '../../lib/metrics/io/coco.js';
import { pascalTruth } from '../../lib/metrics/io/pascal.js';
import { inspectModel } from '../../lib/models/inspect.js';
import { decodeModel } from '../../lib/onnx/codec/read.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import { normalizeOpset } from '../../lib/onnx/opset/normalize-opset.js';
import { simplifyModel } from '../../lib/onnx/passes/simplify.js';
import { readRecipe } from '../../lib/studio/state/recipe.js';
import { decodeState } from '../../lib/train/fit/checkpoint-format.js';
import { parseCatalog } from '../../lib/weights/catalog/entry.js';
import { loadWeights } from '../../lib/weights/formats/open.js';
import { type Mutate, mutateBytes } from './mutate-bytes.js';
import { mutateCheckpoint } from './mutate-checkpoint.js';
import { mutateJpeg, mutatePng } from './mutate-chunks.js';
import { mutateJson } from './mutate-json.js';
import { mutateOnnx } from './mutate-onnx.js';
import { external, networks } from './networks.js';
import { checkpointSeeds, onnxSeeds, pictureSeeds, trainingIdentity, trainingSeeds } from './seeds.js';

/** A step that reads an input. If one throws a OneirosError, the others still run. */
export type Step = (bytes: Uint8Array) => unknown;

/** A kind of untrusted file: its seeds, how they are mutated, and what reads them. */
export interface Target {
  readonly seeds: (folders: readonly string[]) => Promise<Uint8Array[]>;
  readonly mutate: Mutate;
  readonly steps: Readonly<Record<string, Step>>;
}

const picture = (endings: readonly string[], mutate: Mutate): Target => ({
  seeds: (folders) => pictureSeeds(endings, folders),
  mutate,
  steps: { decode: (bytes) => decodeImage(bytes) },
});

const text = (...documents: readonly unknown[]) => {
  const encoder = new TextEncoder();
  return Promise.resolve(
    documents.map((each) => encoder.encode(typeof each === 'string' ? each : JSON.stringify(each))),
  );
};

const cocoTruth = {
  images: [{ id: 1, width: 64, height: 48, file_name: 'a.jpg' }],
  categories: [{ id: 1, name: 'cell' }],
  annotations: [
    { id: 1, image_id: 1, category_id: 1, bbox: [1, 2, 10, 12], area: 120, iscrowd: 0 },
    {
      id: 2,
      image_id: 1,
      category_id: 1,
      bbox: [5, 5, 9, 9],
      iscrowd: 1,
      segmentation: { size: [48, 64], counts: [10, 3000, 62] },
    },
    { id: 3, image_id: 1, category_id: 1, bbox: [0, 0, 4, 4], segmentation: [[0, 0, 4, 0, 4, 4]] },
  ],
};
const cocoResults = [
  { image_id: 1, category_id: 1, bbox: [1, 2, 10, 12], score: 0.9 },
  {
    image_id: 1,
    category_id: 1,
    bbox: [0, 0, 4, 4],
    score: 0.5,
    segmentation: { size: [48, 64], counts: '0b0' },
  },
];

/**
 * Corrects the checksum of a mutated state, so that the reader continues: CRC-32 with zeros in place of the checksum.
 */
function sealed(state: Uint8Array): Uint8Array {
  const bytes = Buffer.from(state);
  const field = bytes.indexOf('"checksum":"');
  const at = field + '"checksum":"'.length;
  if (field < 0 || at + 8 > bytes.length) return bytes;
  bytes.write('00000000', at);
  bytes.write(crc32(bytes).toString(16).padStart(8, '0'), at);
  return bytes;
}

const decoded = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

export const targets: Readonly<Record<string, Target>> = {
  onnx: {
    seeds: onnxSeeds,
    mutate: mutateOnnx,
    steps: {
      'round trip': (bytes) => decodeModel(encodeModel(decodeModel(bytes))),
      inspect: (bytes) => inspectModel(decodeModel(bytes), 32),
      optimize: (bytes) => encodeModel(simplifyModel(normalizeOpset(decodeModel(bytes)))),
      grad: (bytes) => encodeModel(grad(decodeModel(bytes))),
    },
  },
  networks,
  external,
  png: picture(['.png'], mutatePng),
  jpeg: picture(['.jpg', '.jpeg'], mutateJpeg),
  tiff: picture(['.tif', '.tiff'], mutateBytes),
  gif: picture(['.gif'], mutateBytes),
  bmp: picture(['.bmp'], mutateBytes),
  checkpoint: {
    seeds: checkpointSeeds,
    mutate: mutateCheckpoint,
    steps: {
      load: async (bytes) => {
        const { weights } = await loadWeights(bytesSource(bytes));
        for (const stored of weights.values()) await stored.load();
      },
    },
  },
  training: {
    seeds: trainingSeeds,
    mutate: (...given) => sealed(mutateBytes(...given)),
    steps: { decode: (bytes) => decodeState(bytes, trainingIdentity, 'state') },
  },
  recipe: {
    seeds: () => pictureSeeds(['.png'], []),
    mutate: mutatePng,
    steps: { read: (bytes) => readRecipe(readPngText(bytes)) },
  },
  catalog: {
    seeds: () => text({ version: 1, models: [] }),
    mutate: mutateJson,
    steps: { parse: (bytes) => parseCatalog(decoded(bytes)) },
  },
  truth: {
    seeds: () => text(cocoTruth),
    mutate: mutateJson,
    steps: {
      boxes: (bytes) => readCocoTruth([bytes], { iouType: 'bbox' }),
      masks: (bytes) => readCocoTruth([bytes], { iouType: 'segm' }),
    },
  },
  detections: {
    seeds: () => text(cocoResults),
    mutate: mutateJson,
    steps: {
      boxes: async (bytes) => readCocoDetections([bytes], await readCocoTruth([JSON.stringify(cocoTruth)])),
    },
  },
  boxes: {
    seeds: () => text('cell 1 2 10 12\ncell 3 4 5 6\n', 'red cell .9 1 2 10 12\n'),
    mutate: mutateBytes,
    steps: { truth: (bytes) => pascalTruth([{ image: 'a', text: decoded(bytes) }]) },
  },
};
