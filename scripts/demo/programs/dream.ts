import { dream, loadClassifier, readImage, writeImage } from 'oneiros';

const network = await loadClassifier('vgg19-slim');
const cat = await readImage('scripts/demo/photographs/cat.jpg');

for await (const step of dream(network, cat, { layers: { relu5_1: 1 }, laplacian: 4 })) {
  console.log(`octave ${step.part}: ${step.value}`);
  if (step.done === step.total) await writeImage('demo-out/cat-dream.jpg', step.image);
}
