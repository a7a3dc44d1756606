import {
  type ChartScales,
  chartSvg,
  legend,
  linePath,
  seriesColor,
  ticksBetween,
  tickSpacing,
} from '../../svg/chart.js';

/** The values of one figure during a run. */
export interface CurveLine {
  readonly name: string;
  /** The number of updates done and the value, in order. */
  readonly points: readonly (readonly [step: number, value: number])[];
}

const [width, height] = [640, 400];
const margin = { left: 52, right: 16, top: 36, bottom: 44 };

/** Figures over the steps of a run, as an SVG document: thin lines are the values, thick ones are smoothed. */
export function lossSvg(lines: readonly CurveLine[], title = 'Training'): string {
  const points = lines.flatMap((line) => line.points);
  const end = Math.max(1, ...points.map(([step]) => step));
  const low = Math.min(0, ...points.map(([, value]) => value));
  const high = Math.max(low + 1e-9, ...points.map(([, value]) => value));
  const spacing = tickSpacing((high - low) / 5);
  const top = Math.ceil(high / spacing) * spacing;
  const layout = {
    title,
    width,
    height,
    margin,
    x: { label: 'step', low: 0, high: end, ticks: ticksBetween(0, end, tickSpacing(end / 6)) },
    y: { low, high: top, ticks: ticksBetween(low, top, spacing) },
  };
  return chartSvg(layout, (at) => [
    ...lines.flatMap((line, i) => drawLine(line, seriesColor(i), at)),
    ...legend(lines.map(legendText), at.x(end) - 150, margin.top + 14),
  ]);
}

function legendText({ name, points }: CurveLine): string {
  const last = points.at(-1)?.[1];
  return last === undefined ? name : `${name}: ${last.toPrecision(3)}`;
}

function drawLine({ points }: CurveLine, color: string, { x, y }: ChartScales): readonly string[] {
  if (points.length === 0) return [];
  const places = (values: readonly number[]) => points.map(([step], i) => [x(step), y(values[i]!)] as const);
  const values = points.map(([, value]) => value);
  if (points.length < 40) return [linePath(places(values), color)];
  return [linePath(places(values), color, { faint: true }), linePath(places(smoothed(values, 0.95)), color)];
}

/** An exponential moving average: each value weighs `keep` times the next, with Adam's bias correction. */
export function smoothed(values: readonly number[], keep: number): readonly number[] {
  let mean = 0;
  return values.map((value, i) => {
    mean = keep * mean + (1 - keep) * value;
    return mean / (1 - keep ** (i + 1));
  });
}
