import type { Register } from '../terminal/terminal.js';
import { addCommands, type CommandTable } from './lazy-commands.js';

const commands: CommandTable = {
  classify: {
    summary: 'top-1 and top-5 accuracy of a classifier',
    load: async () => (await import('./evaluate-classify.js')).registerEvaluateClassify,
  },
  detect: {
    summary: 'average precision of detections',
    load: async () => (await import('./evaluate-detect.js')).registerEvaluateDetect,
  },
  segment: {
    summary: 'IoU, Dice and pixel accuracy of masks',
    load: async () => (await import('./evaluate-segment.js')).registerEvaluateSegment,
  },
};

export const registerEvaluate: Register = (command, terminal) => {
  command.description('Compares the results of networks with the truth.');
  addCommands(command, commands, terminal);
};
