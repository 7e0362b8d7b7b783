import { PATHS, type IconName } from './paths.js';

export type { IconName } from './paths.js';

/** Icons whose meaning follows the reading direction; `lost` turns ? into ؟. */
const MIRRORED: ReadonlySet<IconName> = new Set(['play', 'undo', 'out', 'list', 'chev', 'lost']);

export function Icon({ name, className = '' }: { readonly name: IconName; readonly className?: string }): JSX.Element {
  return (
    <svg
      className={`kg-Icon ${MIRRORED.has(name) ? 'kg-mod-flip ' : ''}${className}`}
      viewBox="0 0 24 24"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Caret({ open }: { readonly open: boolean }): JSX.Element {
  return (
    <svg className={`kg-Icon ${open ? '' : 'kg-mod-flip'}`} viewBox="0 0 18 18" aria-hidden="true">
      <path d={open ? 'M5.2,7.5L9,11.2l3.8-3.8H5.2z' : 'M7.2,5.2L10.9,9l-3.8,3.8V5.2H7.2z'} />
    </svg>
  );
}

export const LOGO_PATHS = [
  'M4 21V11.5C4 6.5 8.5 5 12 2.5 15.5 5 20 6.5 20 11.5V21',
  'M8.5 20c.6-4.5 2.2-7 3.5-7s2 1.6 3.5 1.6',
] as const;

export function Logo({ size = 18 }: { readonly size?: number }): JSX.Element {
  return (
    <svg
      className="kg-Header-logo"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {LOGO_PATHS.map((d) => (
        <path key={d} d={d} />
      ))}
    </svg>
  );
}
