// Renders the demo's scenes: `render.ts <folder> [name…]`. The pictures are the same every time.
import { join } from 'node:path';

import { writeImage } from '../../../lib/image/codec/read-write.js';
import type { Image } from '../../../lib/image/image.js';
import { bloodSmear } from './blood-smear.js';
import { landscape } from './landscape.js';
import { membranes } from './membranes.js';
import { stainedGlass } from './stained-glass.js';

const scenes: Readonly<Record<string, () => Image>> = {
  landscape: () => landscape({ width: 640, height: 448 }),
  'stained-glass': () => stainedGlass({ width: 640, height: 448 }),
  'blood-smear': () => bloodSmear({ width: 640, height: 480 }),
  membranes: () => membranes({ width: 512, height: 512 }),
};

const [folder = '.', ...asked] = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : Object.keys(scenes)) {
  const render = scenes[name];
  if (render === undefined)
    throw new Error(`there is no scene ${name}: the scenes are ${Object.keys(scenes).join(', ')}`);
  await writeImage(join(folder, `${name}.jpg`), render(), { quality: 92 });
}
