import type { NetworkKind, TaskId } from './tasks.js';

/** A network that comes with the library. */
export interface Shipped {
  readonly file: string;
  readonly name: string;
  /** What it knows, in a sentence. */
  readonly about: string;
  readonly kind: NetworkKind;
  readonly tasks: readonly TaskId[];
}

/** All that the page knows of; which of them are there, its server says. */
const known: readonly Shipped[] = [
  {
    file: 'vgg19-slim.onnx',
    name: 'VGG-19 slim',
    about: 'VGG-19 at a quarter of its widths: edges, textures, eyes.',
    kind: 'features',
    tasks: ['dream', 'style'],
  },
  {
    file: 'fasterrcnn-cells.onnx',
    name: 'Blood cells',
    about: 'A slim Faster R-CNN: red cells (RBC), white cells (WBC) and platelets in stained smears.',
    kind: 'detector',
    tasks: ['detect'],
  },
  {
    file: 'fasterrcnn-animals.onnx',
    name: 'Animals',
    about: 'A slim Faster R-CNN: raccoons and kangaroos, learned from 249 photographs.',
    kind: 'detector',
    tasks: ['detect'],
  },
  {
    file: 'unet-membrane.onnx',
    name: 'Cell membranes',
    about: 'A U-Net: tells membranes from cells in pictures from an electron microscope.',
    kind: 'segmenter',
    tasks: ['segment'],
  },
];

/** Those of the files a server has that the page knows what to do with. */
export function shippedAmong(files: readonly string[]): readonly Shipped[] {
  return known.filter(({ file }) => files.includes(file));
}

/** What a network of a kind can be used for. */
export function tasksOfKind(kind: NetworkKind): readonly TaskId[] {
  switch (kind) {
    case 'features':
      return ['dream', 'style', 'classify'];
    case 'detector':
      return ['detect'];
    case 'segmenter':
      return ['segment'];
  }
}
