import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { fold } from '../../i18n/fold/fold.js';
import type { CodeField } from '../../tokens.js';

/** Of a wide table; more are found by typing the beginning of a name. */
const MOST = 40;
/** What stands before the cursor of a name that is being typed. */
const BEGUN = /"?[\p{L}\p{M}\p{N}_\u200c]*$/u;

/** A name as SQL takes it, whatever its letters. */
const quoted = (column: string): string => `"${column.replaceAll('"', '""')}"`;

/** The columns that the name before the cursor may become. */
function offered(columns: readonly string[], begun: string): readonly string[] {
  const sought = fold(begun.replace(/^"/u, ''));
  return sought === '' ? columns : columns.filter((one) => fold(one).startsWith(sought));
}

interface SqlFieldProps {
  readonly text: string;
  readonly columns: readonly string[];
  readonly onText: (text: string) => void;
  readonly onRun: () => void;
}

/** A field for SQL and the columns that can be named in it: a click, or Ctrl+Space for the first, puts one in. */
export function SqlField({ text, columns, onText, onRun }: SqlFieldProps): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const host = useRef<HTMLDivElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const editor = useRef<CodeField | null>(null);
  const [plain, setPlain] = useState(false);
  const [cursor, setCursor] = useState(text.length);
  const first = useRef({ text, label: t('rows.sql') });
  const tell = useRef(onText);
  useEffect(() => {
    tell.current = onText;
  });
  useEffect(() => {
    if (host.current === null) return;
    const made = kargah.codeField(host.current, {
      ...first.current,
      mimeType: 'text/x-sql',
      changed: (now, at) => {
        tell.current(now);
        setCursor(at);
      },
    });
    editor.current = made;
    setPlain(made === null);
    return () => made?.dispose();
  }, [kargah]);

  const begun = BEGUN.exec(text.slice(0, cursor))?.[0] ?? '';
  const found = offered(columns, begun);
  const put = (column: string): void => {
    const [from, name] = [cursor - begun.length, quoted(column)];
    if (editor.current !== null) {
      editor.current.replace(from, cursor, name);
      return;
    }
    onText(text.slice(0, from) + name + text.slice(cursor));
    setCursor(from + name.length);
    area.current?.focus();
  };
  // Before the editor, which has meanings of its own for these keys.
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!event.ctrlKey && !event.metaKey) return;
    if (event.key === 'Enter') onRun();
    else if (event.key === ' ' && found[0] !== undefined) put(found[0]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <div className="kg-Sql" dir="ltr" onKeyDownCapture={onKeyDown}>
        <div ref={host} hidden={plain} />
        {plain && (
          <textarea
            ref={area}
            className="kg-Text-code"
            spellCheck={false}
            rows={4}
            aria-label={t('rows.sql')}
            value={text}
            onChange={(event) => {
              onText(event.target.value);
              setCursor(event.target.selectionStart);
            }}
            onSelect={(event) => setCursor(event.currentTarget.selectionStart)}
          />
        )}
      </div>
      <div className="kg-Layout-row kg-Layout-wrap kg-Sql-columns" role="group" aria-label={t('rows.sqlColumns')}>
        {found.slice(0, MOST).map((column) => (
          <button key={column} type="button" className="kg-Chip kg-mod-plain" onClick={() => put(column)}>
            <bdi>{column}</bdi>
          </button>
        ))}
        {found.length > MOST && (
          <span className="kg-Text-muted kg-Text-small">{t('rows.sqlMore', { n: found.length - MOST })}</span>
        )}
      </div>
    </>
  );
}
