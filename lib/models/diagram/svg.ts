import { check } from '../../base/check-arguments.js';
import { kind, maybe } from '../../base/kinds.js';
import { svgDocument, svgText } from '../../svg/text.js';
import type { Anatomy, AnatomyLevel, AnatomyStage, AnatomyStep } from './diagram.js';

const box = { width: 272, line: 14, padding: 8 };
const step = { height: 54, indent: 46 };
const margin = 24;
const middle = 150;
const maxLines = 8;
const colors = {
  learned: '#d9e8f6',
  plain: '#eeeeee',
  gray: '#999',
  border: '#0072b2',
  skip: '#d55e00',
  text: '#222',
};

interface Row {
  readonly level: AnatomyLevel;
  /** The lines in the boxes: operations without the steps, which are labels of arrows. */
  readonly down: readonly string[];
  readonly up: readonly string[];
  readonly y: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
}

/**
 * Draws an anatomy as an SVG document: the U, operations with learned parameters in blue, skip connections across it.
 * @param name the title. @default `anatomy.shape`
 */
export function anatomySvg(anatomy: Anatomy, name?: string): string {
  check('anatomySvg', { anatomy: [anatomy, kind.anatomy], name: [name, maybe(kind.text)] });
  const title = name ?? anatomy.shape;
  const { levels, skips } = anatomy;
  const width = 2 * (margin + box.width + step.indent * (levels.length - 1)) + middle;
  const rows = layOut(anatomy, width);
  const last = rows.at(-1);
  const height = (last === undefined ? 0 : last.y + last.height) + margin + 24;
  const numbers = new Intl.NumberFormat('en');
  return svgDocument(title, { width, height, fill: colors.text }, [
    '<defs>',
    marker('learned', colors.border),
    marker('plain', colors.gray),
    marker('skip', colors.skip),
    '</defs>',
    svgText(width / 2, 22, `${title}: ${numbers.format(anatomy.learned)} learned parameters`, {
      anchor: 'middle',
      size: 15,
    }),
    ...rows.flatMap((row, i) => [
      ...drawStage(row.level.down, row.down, isBottom(row, rows) ? center(width) : row.left, row),
      ...drawStage(row.level.up, row.up, row.right, row),
      ...drawDescent(anatomy.descents, rows, i, width),
      ...drawAscent(anatomy.ascents, rows, i, width),
    ]),
    ...rows.flatMap(({ level, left, right, y }) =>
      skips
        .filter(({ scale }) => scale === level.scale)
        .flatMap((skip, i) => {
          const at = y + 22 + 26 * i;
          const channels = skip.channels === null ? '' : `, ${skip.channels} channels`;
          const label = `${skip.cropped ? 'crop, ' : ''}${skip.joins}${channels}`;
          return [
            `<path d="M${left + box.width} ${at}H${right - 3}" stroke="${colors.skip}" stroke-dasharray="5 3" fill="none" marker-end="url(#skip)"/>`,
            svgText((left + box.width + right) / 2, at - 5, label, { anchor: 'middle' }),
          ];
        }),
    ),
    svgText(
      margin,
      height - 10,
      'Blue: with learned parameters; gray: without. 1/n: the side is n times shorter than the picture’s.',
    ),
  ]);
}

function layOut({ levels, descents, ascents }: Anatomy, width: number): readonly Row[] {
  const steps = new Set([...descents, ...ascents].map(({ operation }) => operation));
  let y = 40;
  return levels.map((level, i) => {
    const [down, up] = [linesOf(level.down, steps), linesOf(level.up, steps)];
    const height = (Math.max(down.length, up.length) + 1) * box.line + 2 * box.padding;
    const left = margin + i * step.indent;
    const row = { level, down, up, y, height, left, right: width - left - box.width };
    y += height + step.height;
    return row;
  });
}

/** Whether a row is the bottom level, which has no path up and is drawn in the middle. */
function isBottom(row: Row, rows: readonly Row[]): boolean {
  return row === rows.at(-1) && row.level.up === null;
}

function center(width: number): number {
  return (width - box.width) / 2;
}

function linesOf(stage: AnatomyStage | null, steps: ReadonlySet<string>): readonly string[] {
  const lines = (stage?.operations ?? [])
    .filter(({ operation }) => !steps.has(operation))
    .map(({ operation, count }) => (count > 1 ? `${count} × ${operation}` : operation));
  const hidden = lines.length - maxLines;
  return hidden > 0 ? [...lines.slice(0, maxLines), `… and ${hidden} more`] : lines;
}

function drawStage(
  stage: AnatomyStage | null,
  lines: readonly string[],
  x: number,
  { level, y, height }: Row,
): readonly string[] {
  if (stage === null) return [];
  const channels = stage.channels === null ? '' : `, ${stage.channels} channels`;
  const fill = stage.learned > 0 ? colors.learned : colors.plain;
  const top = y + box.padding + 10;
  return [
    `<rect x="${x}" y="${y}" width="${box.width}" height="${height}" rx="4" fill="${fill}" stroke="${colors.border}"/>`,
    `<g font-weight="bold">${svgText(x + box.padding, top, `1/${level.scale}${channels}`)}</g>`,
    ...lines.map((line, i) => svgText(x + box.padding, top + (i + 1) * box.line, line)),
  ];
}

function drawDescent(
  steps: readonly AnatomyStep[],
  rows: readonly Row[],
  i: number,
  width: number,
): readonly string[] {
  const [from, to] = [rows[i], rows[i + 1]];
  if (from === undefined || to === undefined) return [];
  const x = (isBottom(to, rows) ? Math.min(center(width), from.left) : from.left) + box.width - 30;
  const end = isBottom(to, rows) ? center(width) + 40 : x;
  const arrow = `M${x} ${from.y + from.height}L${end} ${to.y - 3}`;
  return drawArrow(
    steps,
    from.level.scale,
    to.level.scale,
    arrow,
    [x - 10, to.y - step.height / 2 + 4],
    'end',
  );
}

function drawAscent(
  steps: readonly AnatomyStep[],
  rows: readonly Row[],
  i: number,
  width: number,
): readonly string[] {
  const [to, from] = [rows[i], rows[i + 1]];
  if (from === undefined || to === undefined) return [];
  const x = to.right + 30;
  const start = isBottom(from, rows) ? center(width) + box.width - 40 : x;
  const arrow = `M${start} ${from.y}L${x} ${to.y + to.height + 3}`;
  return drawArrow(
    steps,
    from.level.scale,
    to.level.scale,
    arrow,
    [x + 10, from.y - step.height / 2 + 4],
    'start',
  );
}

/** An arrow for the steps between two levels, labeled with the operation. */
function drawArrow(
  steps: readonly AnatomyStep[],
  from: number,
  to: number,
  path: string,
  [x, y]: readonly [number, number],
  anchor: 'start' | 'end',
): readonly string[] {
  const here = steps.filter((candidate) => candidate.from === from && candidate.to === to);
  const [first] = here;
  if (first === undefined) return [];
  const learned = here.reduce((sum, candidate) => sum + candidate.learned, 0);
  const [stroke, head] = learned > 0 ? [colors.border, 'learned'] : [colors.gray, 'plain'];
  return [
    `<path d="${path}" stroke="${stroke}" stroke-width="2" fill="none" marker-end="url(#${head})"/>`,
    svgText(x, y, first.operation, anchor === 'end' ? { anchor } : {}),
  ];
}

function marker(id: string, color: string): string {
  return `<marker id="${id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="${color}"/></marker>`;
}
