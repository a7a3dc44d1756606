/** A number of bytes in readable units, powers of 1000: 548 MB, 1.2 GB. */
export function megabytes(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(0)} kB`;
  const amount = bytes < 1e9 ? bytes / 1e6 : bytes / 1e9;
  return `${amount.toFixed(amount < 10 ? 1 : 0)} ${bytes < 1e9 ? 'MB' : 'GB'}`;
}
