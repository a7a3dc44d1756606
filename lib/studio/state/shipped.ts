import type { NetworkKind, TaskId } from './tasks.js';

/** A network that comes with the library. */
export interface Shipped {
  readonly file: string;
  readonly name: string;
  /** A sentence about what it recognizes. */
  readonly about: string;
  readonly kind: NetworkKind;
  readonly tasks: readonly TaskId[];
}

/** All networks that the page can offer; its server lists those that it has. */
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
    about: 'A U-Net: separates membranes from cells in pictures from an electron microscope.',
    kind: 'segmenter',
    tasks: ['segment'],
  },
];

/** The networks among the files of a server that the page can offer. */
export function shippedAmong(files: readonly string[]): readonly Shipped[] {
  return known.filter(({ file }) => files.includes(file));
}

/** The tabs that a network of a kind can be used for. */
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
