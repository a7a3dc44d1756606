import { check } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import { printable } from '../../base/printable.js';
import { textTable } from '../../base/text-table.js';
import type { Anatomy, AnatomyStage, AnatomyStep } from './diagram.js';

const grouped = new Intl.NumberFormat('en');

/** Formats an anatomy as text for a terminal. */
export function anatomyText(anatomy: Anatomy): string {
  check('anatomyText', { anatomy: [anatomy, kind.anatomy] });
  const { shape, levels, descents, ascents, skips, transformations, learned, statistics } = anatomy;
  const counted = statistics > 0 ? `, ${grouped.format(statistics)} batch norm statistics` : '';
  return [
    `${shape} of ${levels.length} levels, ${skips.length} skip connections, ${grouped.format(learned)} learned parameters${counted}`,
    '',
    ...levels.flatMap(({ scale, down, up }) => [
      `1/${scale}`,
      ...(down === null ? [] : [`  down  ${stageText(down)}`]),
      ...(up === null ? [] : [`  up    ${stageText(up)}`]),
    ]),
    '',
    ...stepLines('down by', descents),
    ...stepLines('up by', ascents),
    ...skips.map(
      ({ from, to, joins, scale, channels, cropped }) =>
        `skip at 1/${scale}: ${from}${channels === null ? '' : ` (${channels} channels)`}${cropped ? ', cropped,' : ''} → ${to} by ${joins}`,
    ),
    '',
    ...textTable(
      transformations.map((kind) => [
        kind.operation,
        `${kind.count} ×`,
        kind.learned > 0 ? `${grouped.format(kind.learned)} learned` : 'no parameters',
      ]),
      1,
    ),
  ]
    .map(printable)
    .join('\n');
}

function stageText({ operations, channels, learned }: AnatomyStage): string {
  const list = operations.map(({ operation, count }) => (count > 1 ? `${count} × ${operation}` : operation));
  const to = channels === null ? '' : ` → ${channels} channels`;
  return `${list.join(' · ')}${to}${learned > 0 ? ` (${grouped.format(learned)} learned)` : ''}`;
}

/** One line for each kind of step. */
function stepLines(way: string, steps: readonly AnatomyStep[]): readonly string[] {
  const operations = [...new Set(steps.map(({ operation }) => operation))];
  return operations.map((operation) => {
    const same = steps.filter((step) => step.operation === operation);
    const learned = same.reduce((sum, step) => sum + step.learned, 0);
    const scales = same.map(({ from, to }) => `1/${from} → 1/${to}`).join(', ');
    return `${way} ${operation} (${learned > 0 ? `${grouped.format(learned)} learned` : 'no parameters'}): ${scales}`;
  });
}
