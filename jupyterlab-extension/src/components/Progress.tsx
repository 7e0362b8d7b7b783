import type { CSSProperties } from 'react';
import { useI18n } from '../i18n/context.js';

const AROUND = 2 * Math.PI * 6;

export interface ProgressProps {
  /** Share done, 0 to 1; null while unknown. */
  readonly share: number | null;
  /** What is progressing, for a screen reader. */
  readonly label?: string;
  readonly secondsLeft?: number | null | undefined;
}

function useProgressAttributes({
  share,
  label,
  secondsLeft,
}: ProgressProps): Record<string, string | number | undefined> {
  const { t, format } = useI18n();
  const name = label ?? t('progress');
  if (share === null) {
    return { role: 'progressbar', 'aria-label': name };
  }
  const p = format.percentSpoken(share);
  return {
    role: 'progressbar',
    'aria-label': name,
    'aria-valuemin': 0,
    'aria-valuemax': 100,
    'aria-valuenow': Math.round(share * 100),
    'aria-valuetext':
      secondsLeft === null || secondsLeft === undefined
        ? p
        : t('progress.valueLeft', { p, left: format.left(secondsLeft) }),
  };
}

/** A ring that fills with the share done. Hidden from screen readers, since the row's bar or text says the same. */
export function Ring({ share, tone = 'run' }: { readonly share: number | null; readonly tone?: string }): JSX.Element {
  return (
    <svg
      className={`kg-Ring kg-Text-${tone} ${share === null ? 'kg-mod-spin' : ''}`}
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      <circle className="kg-Ring-ground" cx="8" cy="8" r="6" />
      <circle
        className="kg-Ring-share"
        cx="8"
        cy="8"
        r="6"
        strokeDasharray={`${((share ?? 0.27) * AROUND).toFixed(1)} ${AROUND.toFixed(1)}`}
      />
    </svg>
  );
}

export function Bar({ color, ...props }: ProgressProps & { readonly color?: string | undefined }): JSX.Element {
  const attributes = useProgressAttributes(props);
  const style = {
    '--p': `${((props.share ?? 0) * 100).toFixed(1)}%`,
    ...(color === undefined ? {} : { '--bc': color }),
  } as CSSProperties;
  return (
    <div className={`kg-Bar ${props.share === null ? 'kg-mod-unknown' : ''}`} style={style} {...attributes}>
      <i />
    </div>
  );
}
