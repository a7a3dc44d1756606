import { loadNetwork, readImage, style, writeImage } from '../../../lib/index.js';

const network = await loadNetwork('vgg19-slim');
const cat = await readImage('scripts/demo/photographs/cat.jpg');
const glass = await readImage('demo-out/stained-glass.jpg');

for await (const step of style(network, cat, [glass], { size: 512 }))
  if (step.done === step.total) await writeImage('demo-out/cat-in-glass.jpg', step.image);
