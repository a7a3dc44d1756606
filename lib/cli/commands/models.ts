import type { Register } from '../terminal/terminal.js';
import { registerConvert } from './models-convert.js';
import { registerPath, registerRemove, registerVerify } from './models-files.js';
import { registerList } from './models-list.js';
import { registerPull } from './models-pull.js';

export const registerModels: Register = (program, terminal) => {
  const models = program
    .command('models')
    .summary('list, pull, verify and convert models')
    .description(
      'The models that have names: some come with the package, others are pulled from their publishers into a folder of the user (ONEIROS_HOME, or the platform’s cache folder).',
    );
  for (const register of [
    registerList,
    registerPull,
    registerVerify,
    registerPath,
    registerRemove,
    registerConvert,
  ])
    register(models, terminal);
};
