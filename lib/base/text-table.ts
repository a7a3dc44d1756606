/**
 * Rows of cells as lines of text with aligned columns, two spaces apart.
 * @param left the number of left-aligned columns; the others hold numbers and are right-aligned
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
