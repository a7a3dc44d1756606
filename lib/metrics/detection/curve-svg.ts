import { check, type OptionKinds } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { withDefaults } from '../../base/option-table.js';
import { type ChartScales, chartSvg, legend, linePath, seriesColor, strokedPath } from '../../svg/chart.js';
import type { PrecisionRecallCurve } from './curve.js';

export interface CurveSvgOptions {
  /** @default 'Precision and recall' */
  readonly title?: string;
  /** Pixels, from 160 to 10000. @default 480 */
  readonly width?: number;
  /** Pixels, from 120 to 10000. @default 360 */
  readonly height?: number;
}

const svgKinds: OptionKinds<CurveSvgOptions> = { title: kind.text, width: kind.number, height: kind.number };

const curveSvgDefaults = {
  title: 'Precision and recall',
  width: 480,
  height: 360,
} as const satisfies Required<CurveSvgOptions>;

const margin = { left: 48, right: 16, top: 32, bottom: 44 };
const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1];

/**
 * Precision over recall as an SVG document, with a legend of names and AP. The thin line is the measured curve; the
 * thick line is its falling envelope, whose area is the average precision.
 * @throws OneirosError `bad-argument` for a width or a height out of range
 */
export function precisionRecallSvg(
  curves: readonly PrecisionRecallCurve[],
  options: CurveSvgOptions = {},
): string {
  check('precisionRecallSvg', { curves: [curves, kind.objects] }, options, svgKinds);
  const { title, width, height } = withDefaults(curveSvgDefaults, options);
  if (!(width >= 160 && height >= 120 && width <= 10_000 && height <= 10_000))
    throw new OneirosError(
      'bad-argument',
      `a chart must be from 160×120 to 10000×10000 pixels, not ${width}×${height}`,
    );
  const layout = {
    title,
    width,
    height,
    margin,
    x: { label: 'recall', low: 0, high: 1, ticks },
    y: { label: 'precision', low: 0, high: 1, ticks },
  };
  return chartSvg(layout, (at) => [
    ...curves.flatMap((curve, i) => drawCurve(curve, seriesColor(i), at)),
    ...legend(curves.map(legendText), at.x(0) + 10, at.y(0) - 8 - 15 * (curves.length - 1)),
  ]);
}

function drawCurve(
  { recall, precision }: PrecisionRecallCurve,
  color: string,
  { x, y }: ChartScales,
): string[] {
  if (recall.length === 0 || recall[0]! < 0) return [];
  const envelope = precision.slice();
  for (let i = envelope.length - 2; i >= 0; i--) envelope[i] = Math.max(envelope[i]!, envelope[i + 1]!);
  const measured = Array.from(recall, (value, i) => [x(value), y(precision[i]!)] as const);
  const steps = Array.from(recall, (value, i) => `V${y(envelope[i]!)}H${x(value)}`).join('');
  return [
    linePath(measured, color, { faint: true }),
    strokedPath(`M${x(0)} ${y(envelope[0]!)}${steps}V${y(0)}`, color),
  ];
}

function legendText({ category, threshold, ap }: PrecisionRecallCurve): string {
  return `${category}, IoU ≥ ${threshold}: AP ${ap < 0 ? 'undefined' : ap.toFixed(3)}`;
}
