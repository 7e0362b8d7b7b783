import type { ReactNode } from 'react';
import { useI18n } from '../i18n/context.js';
import { asApiError } from '../api/errors.js';
import type { Tone } from '../api/states.js';
import { Button } from './controls/Button.js';
import { Icon, type IconName } from './icons/Icon.js';
import { Code } from './Text.js';
import { useAgain } from './useAgain.js';

export interface NoteProps {
  readonly tone: Tone;
  readonly icon: ReactNode;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  /** `alert` only for failures the reader caused. */
  readonly role?: 'status' | 'alert';
}

/** What happened, what to do, and the button that does it. */
export function Note({ tone, icon, title, children, actions, role = 'status' }: NoteProps): JSX.Element {
  return (
    <div className={`kg-Note kg-Tone-${tone}`} role={role}>
      {typeof icon === 'string' ? <Icon name={icon as IconName} /> : icon}
      <div>
        <div className="kg-Text-medium">{title}</div>
        {children !== undefined && <div className="kg-Text-hint">{children}</div>}
        {actions !== undefined && <div className="kg-Layout-row kg-Layout-wrap kg-Note-actions">{actions}</div>}
      </div>
    </div>
  );
}

export interface ErrorNoteProps {
  readonly reason: unknown;
  readonly onRetry?: (() => void) | undefined;
  /** The component that shows it tries again by itself. */
  readonly retried?: boolean;
}

/**
 * A note for something that was thrown: its sentence, its code to quote, and a way to try again. Where nobody answered it tries
 * by itself when the network is back.
 */
export function ErrorNote({ reason, onRetry, retried = false }: ErrorNoteProps): JSX.Element {
  const i18n = useI18n();
  useAgain(reason, retried ? undefined : onRetry);
  const error = asApiError(reason);
  return (
    <Note
      tone="bad"
      icon="err"
      title={i18n.error(error)}
      actions={onRetry && <Button size="small" label={i18n.t('action.retry')} onClick={onRetry} />}
    >
      <Code>{error.requestId === null ? error.code : `${error.code} · ${error.requestId}`}</Code>
    </Note>
  );
}

export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}): JSX.Element {
  return (
    <div className="kg-Empty">
      <Icon name={icon} className="kg-Text-off" />
      <div className="kg-Text-medium">{title}</div>
      {children !== undefined && <div className="kg-Text-muted">{children}</div>}
      {action !== undefined && <div className="kg-Layout-row kg-Layout-wrap kg-Empty-actions">{action}</div>}
    </div>
  );
}

/** Grey bars at the final row height; only after 150 ms, so that a quick answer does not flicker. */
export function Skeleton({ widths = [60, 44, 72, 52] }: { readonly widths?: readonly number[] }): JSX.Element {
  const { t } = useI18n();
  return (
    <div className="kg-Rows kg-Skeleton" aria-busy="true" aria-label={t('loading')} role="status">
      {widths.map((width, index) => (
        <div className="kg-Row" key={index}>
          <span className="kg-Skeleton-line kg-mod-disc" />
          <span className="kg-Skeleton-line" style={{ inlineSize: `${width}%` }} />
          <span className="kg-Skeleton-line kg-mod-short" />
        </div>
      ))}
    </div>
  );
}
