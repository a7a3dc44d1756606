// The page of `npm run bench browser`: opens the gradient of one network in both libraries, and runs it when it is asked.
import { openGradient } from './oneiros.js';
import { openTensorFlow, type PageLayer } from './tensorflow.js';

/** What a library does on the page. */
export interface PageContender {
  /** Computes the loss and its gradient. @returns milliseconds, the loss and the norm of the gradient */
  run(): Promise<readonly [milliseconds: number, loss: number, norm: number]>;
  dispose(): Promise<void>;
}

export interface PageCase {
  /** The side of the picture. */
  readonly size: number;
  readonly threads: number;
  /** The network from its first layer to its last. */
  readonly layers: readonly PageLayer[];
}

const libraries = { oneiros: openGradient, tensorflow: openTensorFlow };
type Library = keyof typeof libraries;
const contenders = new Map<Library, PageContender>();

/** The functions that the benchmark calls. */
const bench = {
  async open(library: Library, settings: PageCase): Promise<void> {
    contenders.set(library, await libraries[library](settings));
  },
  run(library: Library): ReturnType<PageContender['run']> {
    return contenders.get(library)!.run();
  },
  async dispose(library: Library): Promise<void> {
    await contenders.get(library)?.dispose();
    contenders.delete(library);
  },
};

declare global {
  interface Window {
    bench: typeof bench;
  }
}

Object.assign(window, { bench });
