import type { Register } from '../terminal/terminal.js';
import { registerEvaluateClassify } from './evaluate-classify.js';
import { registerEvaluateDetect } from './evaluate-detect.js';
import { registerEvaluateSegment } from './evaluate-segment.js';

export const registerEvaluate: Register = (program, terminal) => {
  const evaluate = program
    .command('evaluate')
    .summary('measure classifiers, detections and segmentations against the truth')
    .description('Compares the results of networks with the truth.');
  registerEvaluateClassify(evaluate, terminal);
  registerEvaluateDetect(evaluate, terminal);
  registerEvaluateSegment(evaluate, terminal);
};
