import { having, isFour, isObject } from './forms.js';
import { isRecord, type Kind } from './kind.js';

/** Plain values: numbers, strings, arrays, functions. */
export const valueKinds = {
  text: { expected: 'a string', fits: (value) => typeof value === 'string' },
  number: { expected: 'a number', fits: (value) => typeof value === 'number' },
  flag: { expected: 'true or false', fits: (value) => typeof value === 'boolean' },
  function: { expected: 'a function', fits: (value) => typeof value === 'function' },
  array: { expected: 'an array', fits: (value) => Array.isArray(value) },
  object: { expected: 'an object', fits: isRecord },
  texts: {
    expected: 'an array of strings',
    fits: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  },
  numbers: {
    expected: 'numbers in an array or a typed array',
    fits: (value) =>
      (ArrayBuffer.isView(value) && !(value instanceof DataView)) ||
      (Array.isArray(value) && value.every((item) => typeof item === 'number' || typeof item === 'bigint')),
  },
  wholeNumbers: {
    expected: 'whole numbers in an array',
    fits: (value) =>
      Array.isArray(value) && value.every((item) => typeof item === 'bigint' || Number.isInteger(item)),
  },
  floats: { expected: 'a Float32Array', fits: (value) => value instanceof Float32Array },
  bytes: { expected: 'bytes in a Uint8Array', fits: (value) => value instanceof Uint8Array },
  iterable: {
    expected: 'an array or another iterable',
    fits: (value) =>
      isObject(value) && (Reflect.has(value, Symbol.iterator) || Reflect.has(value, Symbol.asyncIterator)),
  },
  signal: { expected: 'an AbortSignal', fits: (value) => value instanceof AbortSignal },
  numbersByName: {
    expected: 'numbers by name',
    fits: (value) => isRecord(value) && Object.values(value).every((item) => typeof item === 'number'),
  },
  textsByName: {
    expected: 'strings by name',
    fits: (value) => isRecord(value) && Object.values(value).every((item) => typeof item === 'string'),
  },
  map: { expected: 'a Map', fits: (value) => value instanceof Map },
  objects: {
    expected: 'an array of objects',
    fits: (value) => Array.isArray(value) && value.every(isObject),
  },
  id: {
    expected: 'a number, a bigint or a string',
    fits: (value) => typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string',
  },
  seed: {
    expected: 'a number, or the four numbers of a saved state',
    fits: (value) => typeof value === 'number' || isFour(value),
  },
  data: {
    expected: 'a typed array, or strings in an array',
    fits: (value) => ArrayBuffer.isView(value) || Array.isArray(value),
  },
  random: {
    expected: 'a source of random numbers, as random() returns it',
    fits: having('uniform', 'normal'),
  },
} as const satisfies Readonly<Record<string, Kind>>;
