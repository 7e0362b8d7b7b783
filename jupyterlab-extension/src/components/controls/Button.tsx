import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Icon, type IconName } from '../icons/Icon.js';

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'>;

export interface ButtonProps extends Native {
  readonly kind?: 'primary' | 'danger' | 'quiet' | 'plain';
  readonly size?: 'normal' | 'small' | 'block';
  readonly icon?: IconName | undefined;
  /** The text; also the title, since narrow pages show the icon alone. */
  readonly label: string;
  readonly busy?: boolean;
}

const KINDS = { primary: 'pri', danger: 'dng', quiet: 'quiet', plain: '' } as const;
const SIZES = { normal: '', small: 's', block: 'block' } as const;

export function Button({
  kind = 'plain',
  size = 'normal',
  icon,
  label,
  busy = false,
  className = '',
  ...rest
}: ButtonProps): JSX.Element {
  return (
    <button
      title={label}
      aria-label={label}
      {...rest}
      // Busy, it does nothing but keeps the focus; `disabled` would drop it, and Escape with it.
      type={busy ? 'button' : (rest.type ?? 'button')}
      onClick={busy ? undefined : rest.onClick}
      aria-busy={busy || undefined}
      aria-disabled={busy || rest['aria-disabled']}
      className={`btn ${KINDS[kind]} ${SIZES[size]} ${className}`}
    >
      {busy ? <Spinner /> : icon !== undefined && <Icon name={icon} />}
      <span className="tx">{label}</span>
    </button>
  );
}

export interface IconButtonProps extends Native {
  readonly icon: IconName;
  readonly label: string;
}

export function IconButton({ icon, label, className = '', ...rest }: IconButtonProps): JSX.Element {
  return (
    <button type="button" title={label} aria-label={label} {...rest} className={`ib ${className}`}>
      <Icon name={icon} />
    </button>
  );
}

/** A button that reads as a link. */
export function LinkButton({ children, ...rest }: Native & { readonly children: ReactNode }): JSX.Element {
  return (
    <button type="button" {...rest} className="lnk">
      {children}
    </button>
  );
}

export function Spinner({ tone = '' }: { readonly tone?: string }): JSX.Element {
  return (
    <svg className={`ring spin ${tone}`} viewBox="0 0 16 16" aria-hidden="true">
      <circle className="bg" cx="8" cy="8" r="6" />
      <circle className="fg" cx="8" cy="8" r="6" strokeDasharray="10 37.7" />
    </svg>
  );
}
