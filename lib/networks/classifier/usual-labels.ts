import type { ClassLabel } from './labels.js';

/** The names of a network's classes where it brings none: ImageNet's if there are a thousand. Only who needs them loads them. */
export async function usualLabels(classes: number): Promise<readonly ClassLabel[]> {
  return classes === 1000 ? (await import('./imagenet.js')).imagenetLabels : [];
}
