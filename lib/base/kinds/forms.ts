// Tests of a value's properties, not of its class.

import { isRecord } from '../check-arguments.js';

/** Tests for an object with properties of these names, own or inherited. */
export function having(...names: readonly string[]): (value: unknown) => boolean {
  return (value) =>
    isObject(value) && !Array.isArray(value) && names.every((name) => Reflect.has(value, name));
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function isSize(value: unknown): value is object {
  return (
    isObject(value) &&
    typeof Reflect.get(value, 'width') === 'number' &&
    typeof Reflect.get(value, 'height') === 'number'
  );
}

export function isPlanes(value: unknown): value is object {
  return isSize(value) && Reflect.get(value, 'data') instanceof Float32Array;
}

export function isImage(value: unknown): boolean {
  return isPlanes(value) && Reflect.get(value, 'channels') === 3;
}

export function isRle(value: unknown): boolean {
  return isSize(value) && ArrayBuffer.isView(Reflect.get(value, 'counts'));
}

export function isTensor(value: unknown): boolean {
  return having('dtype', 'dims', 'data')(value);
}

export function isFour(value: unknown): boolean {
  return Array.isArray(value) && value.length === 4 && value.every((item) => typeof item === 'number');
}

export function isLabelValue(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && value.startsWith('#'));
}

export function isLocation(value: unknown): boolean {
  return typeof value === 'string' || value instanceof URL || value instanceof Blob;
}

export function isModel(value: unknown): boolean {
  const graph: unknown = isRecord(value) ? Reflect.get(value, 'graph') : null;
  return isRecord(graph) && Array.isArray(Reflect.get(graph, 'nodes'));
}
