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

const KINDS = { primary: 'kg-mod-primary', danger: 'kg-mod-danger', quiet: 'kg-mod-quiet', plain: '' } as const;
const SIZES = { normal: '', small: 'kg-mod-small', block: 'kg-mod-block' } as const;

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
      // While busy it ignores clicks but keeps the focus: `disabled` would lose it, and Escape would no longer reach the dialog.
      type={busy ? 'button' : (rest.type ?? 'button')}
      onClick={busy ? undefined : rest.onClick}
      aria-busy={busy || undefined}
      aria-disabled={busy || rest['aria-disabled']}
      className={`kg-Button ${KINDS[kind]} ${SIZES[size]} ${className}`}
    >
      {busy ? <Spinner /> : icon !== undefined && <Icon name={icon} />}
      <span className="kg-Button-text">{label}</span>
    </button>
  );
}

export interface IconButtonProps extends Native {
  readonly icon: IconName;
  readonly label: string;
}

export function IconButton({ icon, label, className = '', ...rest }: IconButtonProps): JSX.Element {
  return (
    <button type="button" title={label} aria-label={label} {...rest} className={`kg-IconButton ${className}`}>
      <Icon name={icon} />
    </button>
  );
}

/** A button that reads as a link. */
export function LinkButton({ children, ...rest }: Native & { readonly children: ReactNode }): JSX.Element {
  return (
    <button type="button" {...rest} className="kg-Link">
      {children}
    </button>
  );
}

export function Spinner({ tone = '' }: { readonly tone?: string }): JSX.Element {
  return (
    <svg className={`kg-Ring kg-mod-spin ${tone}`} viewBox="0 0 16 16" aria-hidden="true">
      <circle className="kg-Ring-ground" cx="8" cy="8" r="6" />
      <circle className="kg-Ring-share" cx="8" cy="8" r="6" strokeDasharray="10 37.7" />
    </svg>
  );
}
