import * as index from '../../lib/api/index.js';
import * as metrics from '../../lib/api/metrics.js';
import * as onnx from '../../lib/api/onnx.js';
import * as runtime from '../../lib/api/runtime.js';
import * as train from '../../lib/api/train.js';
import * as weights from '../../lib/api/weights.js';

/** The exports of the package by entry: `oneiros` is `index`, `oneiros/onnx` is `onnx`. */
export const entries = { index, metrics, onnx, runtime, train, weights };
