import { loadNetwork, readImage, style, writeImage } from '../../../lib/index.js';

const network = await loadNetwork('vgg19-slim', { pooling: 'average' });
const cat = await readImage('scripts/demo/photographs/cat.jpg');
const glass = await readImage('demo-out/stained-glass.jpg');

for await (const step of style(network, cat, [glass], { size: 448, tvWeight: 0.5 }))
  if (step.done === step.total) await writeImage('demo-out/cat-in-glass.jpg', step.image);
