import { type KeyboardEvent, type WheelEvent, useEffect, useReducer, useRef, useState } from 'react';
import type { DatasetPreview } from '../../api/types.js';
import { Icon } from '../../components/icons/Icon.js';
import { useI18n } from '../../i18n/context.js';
import { TableCell, isFigure } from './TableCell.js';
import { Pages, type ReadPage } from './pages.js';
import { ROW_PX, scrollTo, sight } from './window.js';

type Columns = DatasetPreview['columns'];
export interface Sort {
  readonly column: string;
  readonly order: 'asc' | 'desc';
}

export interface GridProps {
  readonly label: string;
  readonly columns: Columns;
  /** Where the shown columns begin among those of a row. */
  readonly from: number;
  readonly total: number;
  readonly read: ReadPage;
  readonly sort: Sort | null;
  readonly onSort: (sort: Sort | null) => void;
  readonly onFound: (found: DatasetPreview) => void;
  readonly onFailed: (reason: unknown) => void;
}

const VIEW_ROWS = 16;
const VIEW_PX = VIEW_ROWS * ROW_PX;

/** A table of any length in a window of sixteen rows: only what is in sight is read and drawn. Keyed by what it asks. */
export function Grid({ label, columns, from, total, read, sort, onSort, onFound, onFailed }: GridProps): JSX.Element {
  const { t } = useI18n();
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const [scroll, setScroll] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const [pages] = useState(
    () =>
      new Pages(read, (found, failure) => {
        if (found === null) onFailed(failure);
        else onFound(found);
        redraw();
      }),
  );
  useEffect(() => () => pages.close(), [pages]);

  const { height, first, cut } = sight(total, scroll, VIEW_PX);
  const last = Math.min(total - 1, first + VIEW_ROWS + 1);
  useEffect(() => pages.want(first, last), [pages, first, last]);

  const go = (row: number): void => {
    const top = scrollTo(total, Math.max(0, Math.min(total - VIEW_ROWS, row)), VIEW_PX);
    box.current?.scrollTo({ top });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    const steps: Record<string, number> = {
      ArrowDown: first + 1,
      ArrowUp: first - 1,
      PageDown: first + VIEW_ROWS - 1,
      PageUp: first - VIEW_ROWS + 1,
      Home: 0,
      End: total,
    };
    const row = steps[event.key];
    if (row === undefined) return;
    event.preventDefault();
    go(row);
  };
  // By proportion one notch of a wheel would jump over thousands of rows.
  const onWheel = (event: WheelEvent): void => {
    if (height < total * ROW_PX && Math.abs(event.deltaY) > Math.abs(event.deltaX))
      go(first + Math.sign(event.deltaY) * 3);
  };
  const drawn = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  return (
    <div
      className="kg-Table-scroll kg-Grid"
      style={{ maxBlockSize: VIEW_PX + ROW_PX + 16 }}
      tabIndex={0}
      role="region"
      aria-label={label}
      ref={box}
      data-testid="kargah-rows"
      onScroll={(event) => setScroll(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
      onWheel={onWheel}
    >
      <table className="kg-Preview" aria-rowcount={total + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">#</th>
            {columns.map((column) => (
              <Heading key={column.name} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          <tr aria-hidden="true" className="kg-Grid-space" style={{ blockSize: Math.max(0, scroll - cut) }} />
          {drawn.map((index) => {
            const row = pages.row(index);
            return (
              <tr key={index} aria-rowindex={index + 2} aria-busy={row === undefined || undefined}>
                <td className="kg-mod-number kg-Text-muted">{index + 1}</td>
                {columns.map((column, at) =>
                  row === undefined ? (
                    <td key={column.name} className="kg-Text-muted" title={t('loading')}>
                      …
                    </td>
                  ) : (
                    <TableCell
                      key={column.name}
                      value={row[from + at] ?? null}
                      type={column.type}
                      direction={column.direction}
                      calendar={column.calendar}
                    />
                  ),
                )}
              </tr>
            );
          })}
          <tr
            aria-hidden="true"
            className="kg-Grid-space"
            style={{ blockSize: Math.max(0, height - scroll + cut - drawn.length * ROW_PX) }}
          />
        </tbody>
      </table>
    </div>
  );
}

/** Sorts upwards, downwards, not at all. */
function Heading({
  column,
  sort,
  onSort,
}: {
  readonly column: Columns[number];
  readonly sort: Sort | null;
  readonly onSort: GridProps['onSort'];
}): JSX.Element {
  const { t } = useI18n();
  const order = sort?.column === column.name ? sort.order : null;
  const figure = isFigure(column.type);
  const next: Sort | null = order === 'desc' ? null : { column: column.name, order: order === null ? 'asc' : 'desc' };
  return (
    <th
      scope="col"
      className={figure ? 'kg-mod-end' : ''}
      dir={figure ? undefined : column.direction}
      aria-sort={order === null ? 'none' : order === 'asc' ? 'ascending' : 'descending'}
    >
      <button
        type="button"
        className="kg-Grid-sort"
        title={t('rows.sortBy', { x: column.name })}
        onClick={() => onSort(next)}
      >
        <bdi>{column.name}</bdi>
        {order !== null && <Icon name={order === 'asc' ? 'up' : 'down'} />}
      </button>
    </th>
  );
}
