import { type KeyboardEvent, type UIEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { IconButton, LinkButton } from '../../components/controls/Button.js';
import { Icon } from '../../components/icons/Icon.js';
import { ErrorNote } from '../../components/Note.js';
import { download } from '../../api/download.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import type { LogLine } from './logBuffer.js';
import { useRemembered } from '../../lib/remembered.js';
import { Linked } from './Linked.js';
import { useLineHeights } from './useLineHeights.js';
import { useLog } from './useLog.js';
import { useLogSearch } from './useLogSearch.js';

const LINE = 20;
const SPARE = 20;
const HEIGHT = 260;

export interface LogViewProps {
  readonly jobId: string;
  readonly name: string;
  /** A line to go to, by the byte at which it begins; a new object goes there again, even to the same byte. */
  readonly line?: { readonly offset: number } | null;
}

/** The log as it is written: left to right, each line by its own letters; only the lines in view are in the page. */
export function LogView({ jobId, name, line = null }: LogViewProps): JSX.Element {
  const { api, shell } = useKargah();
  const { t } = useI18n();
  const log = useLog(jobId);
  const { buffer, version } = log;
  const box = useRef<HTMLDivElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const [{ wrapped }, change] = useRemembered('log', { wrapped: false });
  const [follow, setFollow] = useState(true);
  const [top, setTop] = useState(0);
  const [wanted, setWanted] = useState('');
  const [chosen, setChosen] = useState(0);
  const [pointed, setPointed] = useState<number | null>(null);
  const [shownLine, setShownLine] = useState<LogViewProps['line']>(null);
  if (line !== shownLine) {
    setShownLine(line);
    if (line !== null) {
      setWanted('');
      setFollow(false);
      setPointed(line.offset);
    }
  }
  const count = buffer.lines.length;
  const { found, more, searching } = useLogSearch(jobId, log, wanted);
  const at = wanted === '' ? (pointed ?? undefined) : found[Math.min(chosen, found.length - 1)];
  const current = at === undefined ? -1 : buffer.lineAt(at);
  const { show } = log;
  const places = useLineHeights(buffer.lines, { wrapped, height: LINE, rows });
  const first = Math.max(0, places.at(top) - SPARE);
  const last = Math.min(count, places.at(top + HEIGHT) + 1 + SPARE);
  const whole = places.tops(count);

  // A line that was never in view may be higher than it was taken for.
  useLayoutEffect(() => places.measure(first));
  useLayoutEffect(() => {
    if (follow && box.current !== null) {
      box.current.scrollTop = box.current.scrollHeight;
      setTop(box.current.scrollTop);
    }
  }, [follow, version, count, whole]);

  const { loading } = log;
  useEffect(() => {
    if (at === undefined || loading) return;
    const line = buffer.lineAt(at);
    if (line < 0) void show(at);
    else if (box.current !== null) box.current.scrollTop = Math.max(0, places.tops(line) - HEIGHT / 2);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- goes to a line when another is meant, not when one becomes higher
  }, [at, buffer, show, loading]);

  const setFollowing = (on: boolean): void => {
    setFollow(on);
    if (on) setPointed(null);
    if (on && log.hasLater) {
      setWanted('');
      log.follow();
    }
  };
  const onScroll = (event: UIEvent<HTMLDivElement>): void => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    setTop(scrollTop);
    if (scrollTop + clientHeight < scrollHeight - 2 * LINE) setFollow(false);
  };
  const step = (by: number): void =>
    setChosen((Math.min(chosen, found.length - 1) + by + found.length) % Math.max(1, found.length));
  const earlier = async (): Promise<void> => {
    const before = buffer.lines.length;
    await log.earlier();
    if (box.current !== null) box.current.scrollTop += (buffer.lines.length - before) * LINE;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'End') setFollowing(true);
    else if (event.key === 'f' && (event.ctrlKey || event.metaKey)) search.current?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const warned = buffer.lines.findLast((line) => line.level !== null)?.text ?? '';
  return (
    <section className="kg-Card" aria-label={t('log.title')} data-testid="log-card" onKeyDown={onKeyDown}>
      <div className="kg-Card-head">
        <h2>{t('log.title')}</h2>
        <span className="kg-Text-muted kg-Text-small kg-Text-nowrap">
          {t(buffer.start === 0 && !log.hasLater ? 'log.lines' : 'log.partLines', { n: count })}
        </span>
        <span className="kg-Layout-grow" />
        <div className="kg-Input kg-Log-search">
          <Icon name="search" className="kg-Text-off" />
          <input
            ref={search}
            type="search"
            value={wanted}
            placeholder={t('log.search')}
            aria-label={t('log.search')}
            dir="auto"
            onChange={(event) => {
              setWanted(event.target.value);
              setChosen(0);
              setFollow(false);
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
              else if (event.key === 'Escape') setWanted('');
            }}
          />
        </div>
        {wanted !== '' && (
          <span className="kg-Layout-row kg-Log-found" role="status">
            <span className="kg-Text-small kg-Text-muted kg-Text-nowrap">
              {found.length === 0
                ? t(searching ? 'log.searching' : 'log.notFound')
                : t(more ? 'log.foundMore' : 'log.found', {
                    n: Math.min(chosen, found.length - 1) + 1,
                    all: found.length,
                  })}
            </span>
            <IconButton
              icon="chev"
              className="kg-mod-up"
              label={t('log.previous')}
              disabled={found.length === 0}
              onClick={() => step(-1)}
            />
            <IconButton
              icon="chev"
              className="kg-mod-down"
              label={t('log.next')}
              disabled={found.length === 0}
              onClick={() => step(1)}
            />
          </span>
        )}
        <label className="kg-Layout-row kg-Text-small kg-Text-nowrap kg-Log-follow">
          <button
            type="button"
            role="switch"
            aria-checked={follow}
            aria-label={t('log.follow')}
            className={`kg-Switch ${follow ? 'kg-mod-on' : ''}`}
            onClick={() => setFollowing(!follow)}
          />
          {t('log.follow')}
        </label>
        <IconButton
          icon="wrap"
          label={t('log.wrap')}
          aria-pressed={wrapped}
          className={wrapped ? 'kg-mod-on' : ''}
          onClick={() => change({ wrapped: !wrapped })}
        />
        <IconButton
          icon="down"
          label={t('log.download')}
          onClick={() =>
            void download(api, `/api/v1/train/jobs/${jobId}/logs?download=1`, `${name}.log`).catch((reason: unknown) =>
              shell.failed(reason),
            )
          }
        />
      </div>
      {log.error !== null && <ErrorNote reason={log.error} onRetry={log.retry} />}
      <div
        className={`kg-Log ${wrapped ? 'kg-mod-wrap' : ''}`}
        dir="ltr"
        ref={box}
        onScroll={onScroll}
        tabIndex={0}
        style={{ blockSize: HEIGHT }}
      >
        {log.hasEarlier && <LinkButton onClick={() => void earlier()}>{t('log.earlier')}</LinkButton>}
        <div
          className="kg-Log-lines"
          role="log"
          aria-live="off"
          aria-label={t('log.title')}
          style={{ blockSize: whole }}
        >
          <div ref={rows} style={{ translate: `0 ${places.tops(first)}px` }}>
            {buffer.lines.slice(first, last).map((line, index) => (
              <Line
                key={first + index}
                line={line}
                // Counted only from the true beginning.
                number={buffer.start === 0 ? first + index + 1 : null}
                current={first + index === current}
              />
            ))}
          </div>
        </div>
        {log.hasLater && <LinkButton onClick={() => void log.later()}>{t('log.later')}</LinkButton>}
        {count === 0 && !log.loading && log.error === null && (
          <p className="kg-Text-muted kg-Text-hint" dir="auto">
            {t('log.empty')}
          </p>
        )}
      </div>
      <span className="kg-Text-hidden" aria-live="polite">
        {warned}
      </span>
    </section>
  );
}

/** `13:02:11.204 INFO message`, as Python's logging writes it; anything else is shown whole. */
const STAMPED =
  /^(?:\d{4}-\d\d-\d\d[T ])?(\d\d:\d\d:\d\d)(?:[.,]\d+)?Z?\s+\[?(DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL)\]?:?\s+(.*)$/;

const SHORT: Readonly<Record<string, string>> = { WARNING: 'WARN', CRITICAL: 'CRIT' };

function Line({ line, number, current }: { line: LogLine; number: number | null; current: boolean }): JSX.Element {
  // A line that its program coloured is shown as that program meant it.
  const parts = line.spans === null ? STAMPED.exec(line.text) : null;
  const tone = line.level === 'warn' ? 'kg-mod-warn' : line.level === 'error' ? 'kg-mod-bad' : '';
  return (
    <div className={`kg-Log-line ${tone} ${current ? 'kg-mod-hit' : ''}`}>
      <span className="kg-Log-number">{number}</span>
      {parts === null ? (
        <span className="kg-Log-text">
          {line.spans === null ? (
            <Linked text={line.text} />
          ) : (
            line.spans.map(({ text, look, color, background }, index) => (
              <span key={index} className={look} style={{ color, background }}>
                <Linked text={text} />
              </span>
            ))
          )}
        </span>
      ) : (
        <>
          <span className="kg-Log-time">{parts[1]}</span>
          <span
            className={line.level === null ? 'kg-Log-time' : line.level === 'warn' ? 'kg-Text-warn' : 'kg-Text-bad'}
          >
            {parts[2] === undefined ? '' : (SHORT[parts[2]] ?? parts[2])}
          </span>
          <span className="kg-Log-text">
            <Linked text={parts[3] ?? ''} />
          </span>
        </>
      )}
    </div>
  );
}
