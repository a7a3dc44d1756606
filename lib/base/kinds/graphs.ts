import { isRecord, type Kind } from '../arguments.js';
import { having, isTensor } from './forms.js';

/** Tensors and graphs. */
export const graphKinds = {
  tensor: { expected: 'a tensor, as float32() makes it', fits: isTensor },
  tensors: {
    expected: 'tensors by name, as float32() makes them',
    fits: (value) => isRecord(value) && Object.values(value).every(isTensor),
  },
  feeds: { expected: 'tensors by the names of inputs', fits: isRecord },
  model: {
    expected: 'a model, as decodeModel gives it',
    fits: (value) => {
      const graph: unknown = isRecord(value) ? Reflect.get(value, 'graph') : null;
      return isRecord(graph) && Array.isArray(Reflect.get(graph, 'nodes'));
    },
  },
  graph: {
    expected: "a model's graph",
    fits: having('nodes', 'inputs', 'outputs', 'initializers', 'values'),
  },
  builder: { expected: 'a Builder', fits: having('op', 'input', 'output') },
  sessionModel: {
    expected: "an ONNX file's bytes in a Uint8Array, or { path }",
    fits: (value) =>
      value instanceof Uint8Array || (isRecord(value) && typeof Reflect.get(value, 'path') === 'string'),
  },
} as const satisfies Readonly<Record<string, Kind>>;
