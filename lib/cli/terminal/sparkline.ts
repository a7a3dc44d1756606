const blocks = '▁▂▃▄▅▆▇█';

/** A curve in one line of text, at most `columns` characters wide: each bar is the mean of a range of values. */
export function sparkline(values: readonly number[], columns: number): string {
  const count = Math.min(columns, values.length);
  const means = Array.from({ length: count }, (_, i) => {
    const part = values.slice(
      Math.floor((i * values.length) / count),
      Math.floor(((i + 1) * values.length) / count),
    );
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  const [low, high] = [Math.min(...means), Math.max(...means)];
  return means
    .map((mean) => blocks[high > low ? Math.round(((mean - low) / (high - low)) * (blocks.length - 1)) : 0]!)
    .join('');
}
