/** Colours of the charts in the present theme, resolved, since a canvas does not know CSS variables. */
export interface ChartTheme {
  readonly series: Readonly<Record<'s1' | 's2' | 's3' | 's4', string>>;
  readonly muted: string;
  readonly hair: string;
  readonly background: string;
  readonly font: string;
}

export function readTheme(root: HTMLElement): ChartTheme {
  const probe = root.ownerDocument.createElement('span');
  root.append(probe);
  const color = (name: string): string => {
    probe.style.color = `var(--kg-${name})`;
    return getComputedStyle(probe).color;
  };
  const theme: ChartTheme = {
    series: { s1: color('s1'), s2: color('s2'), s3: color('s3'), s4: color('s4') },
    muted: color('muted'),
    hair: color('hair'),
    background: color('bg'),
    font: `11px ${getComputedStyle(root).getPropertyValue('--jp-ui-font-family') || 'sans-serif'}`,
  };
  probe.remove();
  return theme;
}

/** JupyterLab writes the theme's name on the body once its style sheet is in place. */
export function onThemeChange(tell: () => void): () => void {
  const observer = new MutationObserver(tell);
  observer.observe(document.body, { attributes: true, attributeFilter: ['data-jp-theme-name', 'data-jp-theme-light'] });
  return () => observer.disconnect();
}
