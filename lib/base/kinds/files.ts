import type { Kind } from '../check-arguments.js';
import { having, isLocation, isModel } from './forms.js';

/** Where bytes come from. */
export const fileKinds = {
  location: {
    expected: 'a path, an address, a URL or a File',
    fits: isLocation,
  },
  address: {
    expected: 'an address or a URL',
    fits: (value) => typeof value === 'string' || value instanceof URL,
  },
  file: {
    expected: 'a path, an address, a URL, a File, or bytes in a Uint8Array',
    fits: (value) => isLocation(value) || value instanceof Uint8Array,
  },
  /** What a network can be loaded from. */
  networkSource: {
    expected: 'a name, a path, an address, a URL, a File, bytes in a Uint8Array, or a model',
    fits: (value) => isLocation(value) || value instanceof Uint8Array || isModel(value),
  },
  source: {
    expected: 'a byte source, as fileSource and bytesSource return it',
    fits: having('size', 'read'),
  },
  picture: {
    expected: 'a path, an address, a URL, a File, bytes in a Uint8Array, or something a canvas can draw',
    fits: (value) => isLocation(value) || value instanceof Uint8Array || having('width', 'height')(value),
  },
  weights: {
    expected: 'a path, an address, a URL, a File, bytes in a Uint8Array, a byte source, or open weights',
    fits: (value) =>
      isLocation(value) ||
      value instanceof Uint8Array ||
      having('size', 'read')(value) ||
      having('weights')(value),
  },
} as const satisfies Readonly<Record<string, Kind>>;
