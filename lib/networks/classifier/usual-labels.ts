import type { ClassLabel } from './labels.js';

/** Default names of classes: ImageNet's if there are 1000, otherwise none. They are imported only when needed. */
export async function usualLabels(classes: number): Promise<readonly ClassLabel[]> {
  return classes === 1000 ? (await import('./imagenet.js')).imagenetLabels : [];
}
