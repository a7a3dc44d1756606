import { type Planes, planes } from '../image.js';

/** a + factor · b, elementwise. */
export function combine<C extends number>(a: Planes<C>, b: Planes<C>, factor: number): Planes<C> {
  const result = planes(a.channels, a);
  for (let i = 0; i < result.data.length; i++) result.data[i] = a.data[i]! + factor * b.data[i]!;
  return result;
}
