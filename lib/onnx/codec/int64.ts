import { OneirosError } from '../../base/errors.js';

const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n];

/**
 * A whole number as protobuf's int64.
 * @param what what the number is, for the error: `the IR version`
 * @throws OneirosError `bad-argument` if it is not whole, or outside -2⁶³ … 2⁶³ - 1
 */
export function int64Field(value: number | bigint, what: string): bigint {
  const whole = typeof value === 'bigint' ? value : Number.isInteger(value) ? BigInt(value) : null;
  if (whole === null || whole < least || whole > most)
    throw new OneirosError('bad-argument', `${what} must be a whole number of 64 bits, not ${value}`);
  return whole;
}
