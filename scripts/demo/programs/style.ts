import { loadClassifier, readImage, style, writeImage } from 'oneiros';

const network = await loadClassifier('vgg19-slim', { pooling: 'average' });
const cat = await readImage('scripts/demo/photographs/cat.jpg');
const glass = await readImage('demo-out/stained-glass.jpg');

const options = { size: 448, statistics: 'wasserstein', tvWeight: 1 } as const;
for await (const step of style(network, cat, [glass], options))
  if (step.done === step.total) await writeImage('demo-out/cat-in-glass.jpg', step.image);
