// Gradients with respect to an image, their forward passes, and the steps of the other tasks beside them: the figures
// that the speed of this library is judged by.
import { fasterRcnn } from './cases/detection.js';
import { forwardPass, imageGradient } from './cases/image-gradient.js';
import { trainingStep } from './cases/training-step.js';
import { runSuite } from './frame/run-suite.js';
import { googlenet, googlenetOfTorchvision, vgg19 } from './models/classifiers.js';

await runSuite('Gradients', [
  imageGradient(vgg19, { size: 128, quick: true }),
  imageGradient(vgg19, { size: 256, quick: true }),
  imageGradient(vgg19, { size: 512 }),
  imageGradient(vgg19, { size: 1024, rounds: 3 }),
  imageGradient(vgg19, { size: 2048, rounds: 1 }),
  forwardPass(vgg19, { size: 512 }),
  imageGradient(googlenet, { size: 128 }),
  imageGradient(googlenet, { size: 256 }),
  imageGradient(googlenet, { size: 512, quick: true }),
  imageGradient(googlenet, { size: 1024, rounds: 5 }),
  imageGradient(googlenet, { size: 2048, rounds: 3 }),
  imageGradient(googlenetOfTorchvision, { size: 512, quick: true }),
  trainingStep({ size: 256, batch: 4 }),
  fasterRcnn,
]);
