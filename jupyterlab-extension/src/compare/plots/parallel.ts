import type { Run } from '../runs.js';
import type { Column } from '../table/table.js';
import type { Pen } from './Canvas.js';
import { cut, gradeOf, scaleOf } from './scale.js';

const MARGIN = { side: 56, top: 32, bottom: 12 };

/** A line for each job through an axis for each column; where it has no value, it goes on at the next axis. */
export function drawParallel(pen: Pen, runs: readonly Run[], columns: readonly Column[], by: Column): void {
  const { ctx, width, height, theme } = pen;
  const scales = columns.map((column) => scaleOf(column, runs));
  const color = gradeOf(by, scaleOf(by, runs));
  const toX = (axis: number): number =>
    MARGIN.side + (columns.length === 1 ? 0.5 : axis / (columns.length - 1)) * (width - 2 * MARGIN.side);
  const toY = (share: number): number => height - MARGIN.bottom - share * (height - MARGIN.top - MARGIN.bottom);
  ctx.globalAlpha = runs.length > 50 ? 0.4 : 0.8;
  ctx.lineWidth = 1.25;
  for (const run of runs) {
    ctx.strokeStyle = color(run);
    ctx.beginPath();
    scales.forEach((scale, axis) => {
      const place = scale.place(run);
      if (place !== null) ctx.lineTo(toX(axis), toY(place));
    });
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
  ctx.strokeStyle = theme.muted;
  ctx.lineWidth = 1;
  scales.forEach((scale, axis) => {
    const x = toX(axis);
    ctx.strokeRect(x, MARGIN.top, 0, height - MARGIN.top - MARGIN.bottom);
    ctx.textAlign = axis === columns.length - 1 ? 'end' : 'start';
    const aside = axis === columns.length - 1 ? -5 : 5;
    ctx.textBaseline = 'middle';
    for (const { at, text } of scale.ticks) {
      // With the background's colour behind it, so that no line crosses the text.
      ctx.lineWidth = 3;
      ctx.strokeStyle = theme.background;
      ctx.strokeText(text, x + aside, toY(at));
      ctx.fillStyle = theme.muted;
      ctx.fillText(text, x + aside, toY(at));
      ctx.lineWidth = 1;
      ctx.strokeStyle = theme.muted;
    }
    ctx.textAlign = 'center';
    ctx.textBaseline = 'top';
    ctx.fillText(cut(columns[axis]?.label ?? '', 14), x, axis % 2 === 0 ? 2 : 16);
  });
}
