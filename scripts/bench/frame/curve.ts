import { own } from '../../../lib/base/own.js';
import {
  chartSvg,
  legend,
  linePath,
  seriesColor,
  ticksBetween,
  tickSpacing,
} from '../../../lib/svg/chart.js';
import type { Row } from './measure.js';

const [width, height] = [640, 400];
const margin = { left: 62, right: 150, top: 36, bottom: 44 };

/** The cases of one name that differ in their size, from small to large. */
export function curvesOf(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const curves = new Map<string, Row[]>();
  for (const row of rows)
    if (row.size !== undefined) curves.set(row.name, [...(curves.get(row.name) ?? []), row]);
  return new Map(
    [...curves]
      .filter(([, points]) => points.length > 1)
      .map(([name, points]) => [name, points.toSorted((a, b) => a.size! - b.size!)]),
  );
}

/** The cost of a pixel against the side of the picture as an SVG document; flat lines scale perfectly. */
export function curveSvg(name: string, rows: readonly Row[]): string {
  const sides = rows.map(({ size = 1 }) => size);
  const contenders = [...new Set(rows.flatMap(({ medians }) => Object.keys(medians)))];
  const lines = contenders.map((contender) =>
    rows.flatMap(({ size = 1, medians }) => {
      const value = own(medians, contender);
      return value === undefined ? [] : [[Math.log2(size), (1e6 * value) / size ** 2] as const];
    }),
  );
  const most = Math.max(...lines.flat().map(([, cost]) => cost));
  const spacing = tickSpacing(most / 5);
  const top = Math.ceil(most / spacing) * spacing;
  const ticks = sides.map((side) => Math.log2(side));
  const layout = {
    title: `${name}: cost against size`,
    width,
    height,
    margin,
    x: {
      label: 'side in pixels',
      low: Math.min(...ticks),
      high: Math.max(...ticks),
      ticks,
      text: (tick: number) => 2 ** tick,
    },
    y: {
      label: `${rows[0]?.unit ?? ''} per megapixel`,
      low: 0,
      high: top,
      ticks: ticksBetween(0, top, spacing),
    },
  };
  return chartSvg(layout, ({ x, y }) => [
    ...lines.map((points, i) =>
      linePath(
        points.map(([side, cost]) => [x(side), y(cost)]),
        seriesColor(i),
      ),
    ),
    ...legend(contenders, width - margin.right + 12, margin.top + 14),
  ]);
}
