import type { Random } from '../../lib/tensor/random.js';
import { interesting, type Mutate, mutateBytes, pick } from './mutate-bytes.js';

const values: readonly unknown[] = [
  null,
  true,
  '',
  '__proto__',
  'x',
  -1,
  0.5,
  1e308,
  -1e-308,
  [],
  {},
  [[]],
  ...interesting,
];

/** Mutates JSON: values are replaced, repeated, removed or nested; sometimes bytes are changed instead. */
export const mutateJson: Mutate = (seed, random, others) => {
  if (random.integer(0, 3) === 0) return mutateBytes(seed, random, others);
  const document: unknown = JSON.parse(new TextDecoder().decode(seed));
  const holder = { document };
  for (let left = random.integer(1, 5); left > 0; left--) {
    const places = placesIn(holder);
    if (places.length === 0) break;
    const [parent, key] = pick(random, places);
    change(parent, key, random);
  }
  return new TextEncoder().encode(JSON.stringify(holder.document ?? null));
};

function placesIn(value: unknown): [object, string][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[value, key], ...placesIn(inner)]);
}

function change(parent: object, key: string, random: Random): void {
  const value: unknown = Reflect.get(parent, key);
  switch (random.integer(0, 3)) {
    case 0:
      Reflect.set(parent, key, pick(random, values));
      return;
    case 1:
      Reflect.deleteProperty(parent, key);
      return;
    case 2:
      Reflect.set(parent, key, Array<unknown>(random.integer(0, 3)).fill(value));
      return;
    default:
      Object.defineProperty(parent, pick(random, ['__proto__', 'constructor', 'id', 'extra']), {
        value: pick(random, values),
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
}
