import { useEffect, useRef } from 'react';
import { type ChartTheme, onThemeChange, readTheme } from '../../jobs/charts/chartTheme.js';

/** What a picture is drawn with, in CSS pixels. */
export interface Pen {
  readonly ctx: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  readonly theme: ChartTheme;
}

/** A picture that is drawn again when what it shows, its size or the theme changes. */
export function Canvas({ label, draw }: { readonly label: string; readonly draw: (pen: Pen) => void }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const paint = useRef<() => void>(() => undefined);
  useEffect(() => {
    paint.current = () => {
      const root = canvas.current;
      const ctx = root?.getContext('2d');
      const [width, height] = [root?.clientWidth ?? 0, root?.clientHeight ?? 0];
      if (root === null || ctx == null || root.parentElement === null || width === 0) return;
      root.width = width * devicePixelRatio;
      root.height = height * devicePixelRatio;
      ctx.scale(devicePixelRatio, devicePixelRatio);
      const theme = readTheme(root.parentElement);
      ctx.font = theme.font;
      draw({ ctx, width, height, theme });
    };
    paint.current();
  });
  useEffect(() => {
    const root = canvas.current;
    if (root === null) return;
    const again = (): void => paint.current();
    const sizes = new ResizeObserver(again);
    sizes.observe(root);
    const stop = onThemeChange(again);
    return () => {
      stop();
      sizes.disconnect();
    };
  }, []);
  return <canvas ref={canvas} className="kg-Compare-plot" role="img" aria-label={label} />;
}
