import type { Register } from '../terminal/terminal.js';
import { addCommands, type CommandTable } from './lazy-commands.js';

const commands: CommandTable = {
  unet: {
    summary: 'a U-Net, on a folder of pictures and masks',
    load: async () => (await import('./train-unet.js')).registerTrainUNet,
  },
};

export const registerTrain: Register = (command, terminal) => {
  command.description(
    'Trains networks from scratch, in this process, on the CPU or another provider of ONNX Runtime.',
  );
  addCommands(command, commands, terminal);
};
