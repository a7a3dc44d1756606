import { loadClassifier, readImage, style, writeImage } from 'oneiros';

const network = await loadClassifier('vgg19-slim');
const astronaut = await readImage('scripts/demo/photographs/astronaut.jpg');
const evening = await readImage('demo-out/landscape.jpg');

const options = { size: 320, iterations: 100, statistics: 'wasserstein', contentWeight: 0.3 } as const;
for await (const step of style(network, astronaut, [evening], options))
  if (step.done === step.total) await writeImage('demo-out/astronaut-at-dusk.jpg', step.image);
