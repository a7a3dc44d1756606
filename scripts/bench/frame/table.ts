import { own } from '../../../lib/base/own.js';
import { textTable } from '../../../lib/base/text-table.js';
import type { Row } from './measure.js';

/** A suite's rows as a text table: first the ratios, then the medians, then the differences. */
export function resultTable(rows: readonly Row[]): readonly string[] {
  const names = [...new Set(rows.flatMap(({ medians }) => Object.keys(medians)))];
  const others = names.slice(1);
  const head = ['', ...others.map((name) => `÷ ${name}`), ...names, 'difference'];
  return textTable([head, ...rows.map((row) => cells(row, names, others))], 1);
}

function cells(row: Row, names: readonly string[], others: readonly string[]): readonly string[] {
  const median = (name: string) => {
    const value = own(row.medians, name);
    return value === undefined ? '' : `${value < 100 ? value.toPrecision(3) : value.toFixed(0)} ${row.unit}`;
  };
  const ratio = (name: string) => own(row.ratios, name)?.toFixed(2) ?? '';
  return [
    titleOf(row),
    ...others.map(ratio),
    ...names.map(median),
    row.difference === null ? '' : row.difference.toExponential(0),
  ];
}

/** A row's name, with its size. */
export function titleOf({ name, size }: Pick<Row, 'name' | 'size'>): string {
  return size === undefined ? name : `${name}, ${size}²`;
}
