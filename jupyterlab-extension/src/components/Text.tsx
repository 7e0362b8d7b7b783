import { Fragment, type ReactNode } from 'react';
import { useI18n } from '../i18n/context.js';
import { partsOf, titleOf } from '../i18n/isolate.js';

/** Code, ids, paths: always left to right, isolated. */
export function Code({
  children,
  className = '',
}: {
  readonly children: ReactNode;
  readonly className?: string;
}): JSX.Element {
  return (
    <bdi className={`kg-Text-code ${className}`} dir="ltr">
      {children}
    </bdi>
  );
}

/** A share from 0 to 1. In Persian the mark needs its own right-to-left box, or it jumps sides with the word before it. */
export function Percent({ share, digits = 1 }: { readonly share: number; readonly digits?: number }): JSX.Element {
  const { format } = useI18n();
  return (
    <bdi
      className="kg-Text-percent"
      dir={format.locale.language === 'fa' && format.locale.digits === 'fa' ? 'rtl' : 'ltr'}
    >
      {format.percent(share, digits)}
    </bdi>
  );
}

/** Signed numbers, ranges, clocks. */
export function Num({ children }: { readonly children: ReactNode }): JSX.Element {
  return <bdi dir="ltr">{children}</bdi>;
}

const FILE_NAME = /^[\u0020-\u007e]+$/;

/** A name within a line of text: each of its parts keeps its own direction. */
export function NameText({ children }: { readonly children: string }): JSX.Element {
  const parts = partsOf(children);
  if (parts.length === 1) return <bdi>{children}</bdi>;
  return (
    <bdi dir={directionOf(children)}>
      {parts.map((part, index) => (
        <Fragment key={index}>
          {index > 0 && ' · '}
          <bdi>{part}</bdi>
        </Fragment>
      ))}
    </bdi>
  );
}

/** A name people gave: cut at its own end, placed at the panel's. Plain Latin names look like what they are: files and ids. */
export function Name({
  children,
  className = '',
}: {
  readonly children: string;
  readonly className?: string;
}): JSX.Element {
  const latin = FILE_NAME.test(children) && /[-_.0-9]/.test(children) && !children.includes(' ');
  return (
    <span className={`kg-Text-ellipsis kg-Text-name ${className}`} dir="auto" title={titleOf(children)}>
      {latin ? (
        <span className="kg-Text-code">{children}</span>
      ) : partsOf(children).length === 1 ? (
        children
      ) : (
        <NameText>{children}</NameText>
      )}
    </span>
  );
}

/** When something was; the title gives local time and UTC. */
export function Moment({ at }: { readonly at: string }): JSX.Element {
  const { format } = useI18n();
  return (
    <time dateTime={at} title={format.exact(at)}>
      {format.moment(at)}
    </time>
  );
}

/** Of its first letter: where parts are isolated, a browser finds none outside of them, and takes left to right. */
function directionOf(text: string): 'rtl' | 'ltr' {
  const first = /\p{L}/u.exec(text)?.[0] ?? '';
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u.test(first) ? 'rtl' : 'ltr';
}
