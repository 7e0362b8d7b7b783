import type { Run } from '../runs.js';
import type { Column } from '../table/table.js';
import type { Pen } from './Canvas.js';
import { cut, gradeOf, scaleOf } from './scale.js';

const MARGIN = { left: 64, right: 16, top: 20, bottom: 36 };

export function drawScatter({ ctx, width, height, theme }: Pen, runs: readonly Run[], x: Column, y: Column): void {
  const [across, up] = [scaleOf(x, runs), scaleOf(y, runs)];
  const color = gradeOf(y, up);
  const toX = (share: number): number => MARGIN.left + share * (width - MARGIN.left - MARGIN.right);
  const toY = (share: number): number => height - MARGIN.bottom - share * (height - MARGIN.top - MARGIN.bottom);
  ctx.strokeStyle = theme.hair;
  ctx.fillStyle = theme.muted;
  ctx.textAlign = 'end';
  ctx.textBaseline = 'middle';
  for (const { at, text } of up.ticks) {
    ctx.strokeRect(MARGIN.left, toY(at), width - MARGIN.left - MARGIN.right, 0);
    ctx.fillText(text, MARGIN.left - 8, toY(at));
  }
  ctx.textAlign = 'center';
  ctx.textBaseline = 'top';
  for (const { at, text } of across.ticks) ctx.fillText(text, toX(at), height - MARGIN.bottom + 6);
  ctx.fillText(cut(x.label, 40), width / 2, height - 14);
  ctx.textAlign = 'start';
  ctx.fillText(cut(y.label, 40), 4, 4);
  ctx.globalAlpha = 0.8;
  for (const run of runs) {
    const [a, b] = [across.place(run), up.place(run)];
    if (a === null || b === null) continue;
    ctx.fillStyle = color(run);
    ctx.beginPath();
    ctx.arc(toX(a), toY(b), 4, 0, 2 * Math.PI);
    ctx.fill();
  }
}
