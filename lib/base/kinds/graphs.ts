import { isRecord, type Kind } from '../check-arguments.js';
import { having, isModel, isTensor } from './forms.js';

/** Tensors and graphs. */
export const graphKinds = {
  tensor: { expected: 'a tensor, as float32() returns it', fits: isTensor },
  tensors: {
    expected: 'tensors by name, as float32() returns them',
    fits: (value) => isRecord(value) && Object.values(value).every(isTensor),
  },
  feeds: { expected: 'tensors by input name', fits: isRecord },
  model: {
    expected: 'a model, as decodeModel returns it',
    fits: isModel,
  },
  graph: {
    expected: "a model's graph",
    fits: having('nodes', 'inputs', 'outputs', 'initializers', 'values'),
  },
  value: { expected: 'a value of a graph, as a Builder returns it', fits: having('name', 'type') },
  operand: {
    expected: 'a value of a graph, as a Builder returns it, or a number',
    fits: (value) => typeof value === 'number' || having('name', 'type')(value),
  },
  externalData: {
    expected: "a number of bytes, true, false or 'auto'",
    fits: (value) => typeof value === 'number' || typeof value === 'boolean' || value === 'auto',
  },
  checkpoints: {
    expected: "an array of strings or 'auto'",
    fits: (value) =>
      value === 'auto' || (Array.isArray(value) && value.every((item) => typeof item === 'string')),
  },
  builder: { expected: 'a Builder', fits: having('op', 'input', 'output') },
  sessionModel: {
    expected: "an ONNX file's bytes in a Uint8Array, or { path }",
    fits: (value) =>
      value instanceof Uint8Array || (isRecord(value) && typeof Reflect.get(value, 'path') === 'string'),
  },
} as const satisfies Readonly<Record<string, Kind>>;
