import type { Register } from '../command.js';
import { registerEvaluateDetect } from './evaluate-detect.js';
import { registerEvaluateSegment } from './evaluate-segment.js';

export const registerEvaluate: Register = (program, terminal) => {
  const evaluate = program
    .command('evaluate')
    .summary('measure detections and segmentations against the truth')
    .description('Measures what a network found against what is there.');
  registerEvaluateDetect(evaluate, terminal);
  registerEvaluateSegment(evaluate, terminal);
};
