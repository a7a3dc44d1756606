import type { Register } from '../terminal/terminal.js';
import { addCommands, type CommandTable } from './lazy-commands.js';

const commands: CommandTable = {
  list: {
    summary: 'list the models',
    load: async () => (await import('./models-list.js')).registerList,
  },
  pull: {
    summary: 'fetch models',
    load: async () => (await import('./models-pull.js')).registerPull,
  },
  verify: {
    summary: 'compare models with their checksums',
    load: async () => (await import('./models-files.js')).registerVerify,
  },
  path: {
    summary: 'print where a model’s file is',
    load: async () => (await import('./models-files.js')).registerPath,
  },
  remove: {
    summary: 'remove models that were pulled',
    load: async () => (await import('./models-files.js')).registerRemove,
  },
  cache: {
    summary: 'show or clear what is kept to start faster',
    load: async () => (await import('./models-cache.js')).registerCache,
  },
  convert: {
    summary: 'convert a checkpoint to an ONNX file',
    load: async () => (await import('./models-convert.js')).registerConvert,
  },
};

export const registerModels: Register = (command, terminal) => {
  command.description(
    'The models that have names: some come with the package, others are pulled from their publishers into a folder of the user (ONEIROS_HOME, or the platform’s cache folder).',
  );
  addCommands(command, commands, terminal);
};
