import { dream, loadClassifier, readImage, writeImage } from 'oneiros';

const network = await loadClassifier('vgg19-slim');
const evening = await readImage('demo-out/landscape.jpg');

const options = { layers: { relu5_1: 1 }, laplacian: 4, steps: 15 };
for await (const step of dream(network, evening, options))
  if (step.done === step.total) await writeImage('demo-out/creatures.jpg', step.image);
