import type { Register } from '../terminal/terminal.js';
import { registerTrainUNet } from './train-unet.js';

export const registerTrain: Register = (program, terminal) => {
  const train = program
    .command('train')
    .summary('train a network on pictures of your own')
    .description(
      'Trains networks from scratch, in this process, on the CPU or another provider of ONNX Runtime.',
    );
  registerTrainUNet(train, terminal);
};
