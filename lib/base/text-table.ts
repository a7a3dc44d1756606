/**
 * Rows of cells as lines of columns of equal width, two spaces between them.
 * @param left how many columns stand to the left; the others hold numbers, and stand to the right
 */
export function textTable(rows: readonly (readonly string[])[], left = Infinity): readonly string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column < left ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}
