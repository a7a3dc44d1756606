// What the tests call in the page: the library by its public names, and the tasks that Node runs as well.
import * as index from '../../../lib/api/index.js';
import * as metrics from '../../../lib/api/metrics.js';
import * as onnx from '../../../lib/api/onnx.js';
import * as runtime from '../../../lib/api/runtime.js';
import * as train from '../../../lib/api/train.js';
import * as weights from '../../../lib/api/weights.js';
import * as tasks from '../tasks.js';
import * as measures from './measures.js';

declare global {
  interface Window {
    oneiros: typeof index;
    entries: Readonly<Record<string, object>>;
    tasks: typeof tasks;
    measures: typeof measures;
  }
}

const entries = { index, metrics, onnx, runtime, train, weights };
Object.assign(window, { oneiros: index, entries, tasks, measures });
