import { isRecord, type Kind } from './arguments.js';

/** What the public functions take. They look at a value's form, not at its class: it may come from another copy of oneiros. */
export const kind = {
  text: { expected: 'a string', fits: (value) => typeof value === 'string' },
  number: { expected: 'a number', fits: (value) => typeof value === 'number' },
  flag: { expected: 'true or false', fits: (value) => typeof value === 'boolean' },
  function: { expected: 'a function', fits: (value) => typeof value === 'function' },
  array: { expected: 'an array', fits: (value) => Array.isArray(value) },
  object: { expected: 'an object', fits: isRecord },
  texts: {
    expected: 'an array of strings',
    fits: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  },
  /** An array of numbers, typed or not. */
  numbers: {
    expected: 'numbers in an array, typed or not',
    fits: (value) =>
      (ArrayBuffer.isView(value) && !(value instanceof DataView)) ||
      (Array.isArray(value) && value.every((item) => typeof item === 'number' || typeof item === 'bigint')),
  },
  wholeNumbers: {
    expected: 'whole numbers in an array',
    fits: (value) =>
      Array.isArray(value) && value.every((item) => typeof item === 'bigint' || Number.isInteger(item)),
  },
  floats: { expected: 'a Float32Array', fits: (value) => value instanceof Float32Array },
  bytes: { expected: 'bytes in a Uint8Array', fits: (value) => value instanceof Uint8Array },
  iterable: {
    expected: 'an array or another iterable',
    fits: (value) =>
      isObject(value) && (Reflect.has(value, Symbol.iterator) || Reflect.has(value, Symbol.asyncIterator)),
  },
  signal: { expected: 'an AbortSignal', fits: (value) => value instanceof AbortSignal },
  numbersByName: {
    expected: 'numbers by name',
    fits: (value) => isRecord(value) && Object.values(value).every((item) => typeof item === 'number'),
  },
  textsByName: {
    expected: 'strings by name',
    fits: (value) => isRecord(value) && Object.values(value).every((item) => typeof item === 'string'),
  },
  tensors: {
    expected: 'tensors by name, as float32() makes them',
    fits: (value) => isRecord(value) && Object.values(value).every(isTensor),
  },
  feeds: { expected: 'tensors by the names of inputs', fits: isRecord },
  map: { expected: 'a Map', fits: (value) => value instanceof Map },

  size: { expected: 'a size, { width, height }', fits: isSize },
  planes: { expected: 'planes of pixels, { channels, width, height, data }', fits: isPlanes },
  image: {
    expected: 'a picture, as readImage gives it',
    fits: isImage,
  },
  images: {
    expected: 'an array of pictures, as readImage gives them',
    fits: (value) => Array.isArray(value) && value.every(isImage),
  },
  pixels: {
    expected: 'pixels, { width, height, data } with bytes, as an ImageData',
    fits: (value) => isSize(value) && ArrayBuffer.isView(Reflect.get(value, 'data')),
  },
  tensor: { expected: 'a tensor, as float32() makes it', fits: isTensor },
  background: {
    expected: 'three numbers in [0, 1]',
    fits: (value) => Array.isArray(value) && value.length === 3,
  },

  externalData: {
    expected: "a number of bytes, true, false or 'auto'",
    fits: (value) => typeof value === 'number' || typeof value === 'boolean' || value === 'auto',
  },
  location: {
    expected: 'a path, an address, a URL or a File',
    fits: isLocation,
  },
  file: {
    expected: 'a path, an address, a URL, a File, or bytes in a Uint8Array',
    fits: (value) => isLocation(value) || value instanceof Uint8Array,
  },
  /** What a network is loaded from. */
  networkSource: {
    expected: 'a name, a path, an address, a URL, a File, bytes in a Uint8Array, or a model',
    fits: (value) => isLocation(value) || value instanceof Uint8Array || isModel(value),
  },
  picture: {
    expected: 'a path, an address, a URL, a File, bytes in a Uint8Array, or what can be drawn',
    fits: (value) => isLocation(value) || value instanceof Uint8Array || having('width', 'height')(value),
  },
  weights: {
    expected: 'a path, an address, a URL, a File, bytes in a Uint8Array, a byte source, or open weights',
    fits: (value) =>
      isLocation(value) ||
      value instanceof Uint8Array ||
      having('size', 'read')(value) ||
      having('weights')(value),
  },
  source: { expected: 'a byte source, as fileSource and bytesSource give it', fits: having('size', 'read') },
  sessionModel: {
    expected: "an ONNX file's bytes in a Uint8Array, or { path }",
    fits: (value) =>
      value instanceof Uint8Array || (isRecord(value) && typeof Reflect.get(value, 'path') === 'string'),
  },

  model: {
    expected: 'a model, as decodeModel gives it',
    fits: isModel,
  },
  graph: {
    expected: "a model's graph",
    fits: having('nodes', 'inputs', 'outputs', 'initializers', 'values'),
  },
  value: { expected: 'a value of a graph, as a Builder gives it', fits: having('name', 'type') },
  operand: {
    expected: 'a value of a graph, as a Builder gives it, or a number',
    fits: (value) => typeof value === 'number' || having('name', 'type')(value),
  },
  builder: { expected: 'a Builder', fits: having('op', 'input', 'output') },
  network: {
    expected: 'a network, as loadNetwork gives it',
    fits: having('model', 'image', 'layers', 'layer'),
  },
  classifier: {
    expected: 'a classifier, as loadClassifier gives it',
    fits: having('model', 'crop', 'probabilities'),
  },
  detector: { expected: 'a detector, as loadDetector gives it', fits: having('model', 'detect') },
  segmenter: { expected: 'a segmenter, as loadSegmenter gives it', fits: having('model', 'segment') },
  localizer: {
    expected: 'a detector, as loadDetector gives it, or a classifier, as loadClassifier gives it',
    fits: (value) => having('model', 'detect')(value) || having('model', 'crop', 'probabilities')(value),
  },
  parts: {
    expected: "a network's parts, { name, model, image, layers … }",
    fits: having('name', 'model', 'image', 'layers'),
  },
  preprocessing: {
    expected: 'the name of a preprocessing or { channels, scale, mean, … }',
    fits: (value) => typeof value === 'string' || isRecord(value),
  },
  random: { expected: 'a source of random numbers, as random() gives it', fits: having('uniform', 'normal') },
  updateRule: { expected: 'an update rule, as adam() gives it', fits: having('rate', 'start') },
  schedule: {
    expected: 'a number, or a function of the number of updates',
    fits: (value) => typeof value === 'number' || typeof value === 'function',
  },
  loss: {
    expected: 'a loss, as crossEntropy() gives it, or the name of a value in the model',
    fits: (value) => typeof value === 'function' || typeof value === 'string',
  },
  trainingData: { expected: 'training data, { length, sample }', fits: having('length', 'sample') },
  checkpointStore: {
    expected: 'a checkpoint store, as checkpointFile() gives it',
    fits: having('load', 'save'),
  },

  box: { expected: 'a box of four numbers', fits: isFour },
  boxes: {
    expected: 'an array of boxes of four numbers',
    fits: (value) => Array.isArray(value) && value.every(isFour),
  },
  segmentation: {
    expected: 'a segmentation, as Segmenter.segment gives it',
    fits: having('width', 'height', 'labels', 'classes'),
  },
  id: {
    expected: 'a number, a bigint or a string',
    fits: (value) => typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string',
  },
  classMap: {
    expected: 'a map of classes, { width, height, labels, classes }',
    fits: having('width', 'height', 'labels', 'classes'),
  },
  labelPicture: { expected: 'a mask, as readLabels gives it', fits: having('stored', 'values') },
  survey: { expected: 'a survey of masks, as LabelSurveyor gives it', fits: having('kind', 'found') },
  scheme: { expected: 'a scheme, as schemeOf gives it', fits: having('classes', 'ignore') },
  labelValue: { expected: 'a number, or a color such as "#80c000"', fits: isLabelValue },
  labelValues: {
    expected: 'an array of numbers, or of colors such as "#80c000"',
    fits: (value) => Array.isArray(value) && value.every(isLabelValue),
  },
  objects: {
    expected: 'an array of objects',
    fits: (value) => Array.isArray(value) && value.every(isObject),
  },
  pictureSource: {
    expected: 'a picture, as readImage gives it, or a source of its parts, { width, height, read }',
    fits: (value) => isImage(value) || (isSize(value) && Reflect.has(value, 'read')),
  },
  labeledPicture: {
    expected: 'a labeled picture, { picture, boxes, labels }',
    fits: having('picture', 'boxes', 'labels'),
  },
  terms: {
    expected: 'values of the graph, { scores, labels, boxes, targets }',
    fits: having('scores', 'labels', 'boxes', 'targets'),
  },
  unetParameters: {
    expected: "a U-Net's parameters, as initialUNet() gives them",
    fits: having('encoder', 'head'),
  },
  anatomy: { expected: 'an anatomy, as anatomyOf gives it', fits: having('levels') },
  losses: {
    expected: 'losses by name, each a loss or [weight, loss]',
    fits: (value) =>
      isRecord(value) &&
      Object.values(value).every((item) => typeof item === 'function' || Array.isArray(item)),
  },
  address: {
    expected: 'an address or a URL',
    fits: (value) => typeof value === 'string' || value instanceof URL,
  },
  seed: {
    expected: 'a number, or the four of a saved state',
    fits: (value) => typeof value === 'number' || isFour(value),
  },
  data: {
    expected: 'a typed array, or strings in an array',
    fits: (value) => ArrayBuffer.isView(value) || Array.isArray(value),
  },
  recalls: {
    expected: "a number of recalls, or 'every-point'",
    fits: (value) => typeof value === 'number' || value === 'every-point',
  },
  counts: {
    expected: 'a run-length coded mask, { counts }',
    fits: (value) => isObject(value) && ArrayBuffer.isView(Reflect.get(value, 'counts')),
  },
  mask: {
    expected: 'a mask, { width, height, data }',
    fits: (value) => isSize(value) && ArrayBuffer.isView(Reflect.get(value, 'data')),
  },
  rle: { expected: 'a run-length coded mask, { width, height, counts }', fits: isRle },
  rles: {
    expected: 'an array of run-length coded masks',
    fits: (value) => Array.isArray(value) && value.every(isRle),
  },
  confusion: {
    expected: 'a confusion matrix, as confusionMatrix() makes it',
    fits: having('classes', 'counts'),
  },
  truth: { expected: 'a truth, as cocoTruth gives it', fits: having('categories', 'images', 'boxes') },
  detections: {
    expected: 'detections, as cocoDetections gives them',
    fits: having('score', 'boxes', 'image'),
  },
  protocol: {
    expected: 'a protocol, as cocoProtocol() gives it',
    fits: having('thresholds', 'areas', 'maxDets'),
  },
  vocFigures: { expected: 'figures, as vocFigures gives them', fits: having('mAP', 'perClass') },
  evaluation: {
    expected: 'an evaluation, as evaluateDetections gives it',
    fits: having('protocol', 'ap', 'recall'),
  },
} as const satisfies Readonly<Record<string, Kind>>;

/** The kind of one word of a few. */
export function oneOf(...words: readonly string[]): Kind {
  return { expected: `one of ${words.join(', ')}`, fits: (value) => words.some((word) => word === value) };
}

/** The same kind, of an argument that may be left out. */
export function maybe({ expected, fits }: Kind): Kind {
  return { expected, fits: (value) => value === undefined || fits(value) };
}

/** The same kind, or null. */
export function orNull({ expected, fits }: Kind): Kind {
  return { expected: `${expected}, or null`, fits: (value) => value === null || fits(value) };
}

/** The kind of an array of which each item is of a kind. */
export function arrayOf({ expected, fits }: Kind): Kind {
  return {
    expected: `an array, each item ${expected}`,
    fits: (value) => Array.isArray(value) && value.every(fits),
  };
}

/** The kind of an object that has properties of these names, its own or its class's. */
export function having(...names: readonly string[]): (value: unknown) => boolean {
  return (value) =>
    isObject(value) && !Array.isArray(value) && names.every((name) => Reflect.has(value, name));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isModel(value: unknown): boolean {
  const graph: unknown = isRecord(value) ? Reflect.get(value, 'graph') : null;
  return isRecord(graph) && Array.isArray(Reflect.get(graph, 'nodes'));
}

function isSize(value: unknown): value is object {
  return (
    isObject(value) &&
    typeof Reflect.get(value, 'width') === 'number' &&
    typeof Reflect.get(value, 'height') === 'number'
  );
}

function isPlanes(value: unknown): value is object {
  return isSize(value) && Reflect.get(value, 'data') instanceof Float32Array;
}

function isImage(value: unknown): boolean {
  return isPlanes(value) && Reflect.get(value, 'channels') === 3;
}

function isRle(value: unknown): boolean {
  return isSize(value) && ArrayBuffer.isView(Reflect.get(value, 'counts'));
}

function isTensor(value: unknown): boolean {
  return having('dtype', 'dims', 'data')(value);
}

function isFour(value: unknown): boolean {
  return Array.isArray(value) && value.length === 4 && value.every((item) => typeof item === 'number');
}

function isLabelValue(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && value.startsWith('#'));
}

function isLocation(value: unknown): boolean {
  return typeof value === 'string' || value instanceof URL || value instanceof Blob;
}
