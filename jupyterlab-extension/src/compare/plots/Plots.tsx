import { type ReactNode, useId, useState } from 'react';
import { useI18n } from '../../i18n/context.js';
import type { Compared, Figure } from '../runs.js';
import { type Column, columnsOf } from '../table/table.js';
import { Canvas } from './Canvas.js';
import { drawParallel } from './parallel.js';
import { drawScatter } from './scatter.js';

/** More axes side by side are not readable. */
const MOST_AXES = 12;

/** Any parameter against any metric, and all that differs beside each other. The table says the same in words. */
export default function Plots({
  compared,
  figure,
  version,
}: {
  readonly compared: Compared;
  readonly figure: Figure;
  readonly version: number;
}): JSX.Element {
  const i18n = useI18n();
  const { t } = i18n;
  const [kind, setKind] = useState<'scatter' | 'parallel'>('scatter');
  const all = columnsOf(compared, figure, true, i18n).filter(
    ({ id, value }) => id !== 'owner' && id !== 'rows' && new Set(compared.runs.map(value)).size > 1,
  );
  const isGiven = ({ id }: Column): boolean => !/^(?:metric|report) /.test(id);
  const reached = all.filter((column) => !isGiven(column));
  const [chosen, setChosen] = useState<{ readonly x?: string; readonly y?: string }>({});
  const y = reached.find(({ id }) => id === chosen.y) ?? reached[0];
  const x = all.find(({ id }) => id === chosen.x) ?? all.find(isGiven) ?? all.find((one) => one !== y);
  const { runs } = compared;
  return (
    <section className="kg-Card" aria-label={t('compare.plots')} data-testid="compare-plots" data-version={version}>
      <div className="kg-Card-head kg-Compare-tools">
        <h2>{t('compare.plots')}</h2>
        <span className="kg-Layout-grow" />
        {kind === 'scatter' && (
          <Choice label={t('compare.x')} value={x} columns={all} onChange={(id) => setChosen({ ...chosen, x: id })} />
        )}
        <Choice
          label={t(kind === 'scatter' ? 'compare.y' : 'compare.color')}
          value={y}
          columns={reached}
          onChange={(id) => setChosen({ ...chosen, y: id })}
        />
        <div className="kg-Segments" role="radiogroup" aria-label={t('compare.plots')}>
          {(['scatter', 'parallel'] as const).map((one) => (
            <button
              key={one}
              type="button"
              role="radio"
              aria-checked={one === kind}
              className={one === kind ? 'kg-mod-on' : ''}
              onClick={() => setKind(one)}
            >
              {t(`compare.${one}`)}
            </button>
          ))}
        </div>
      </div>
      <div className="kg-Plot" dir="ltr">
        {x === undefined || y === undefined ? (
          <Nothing>{t('compare.nothing')}</Nothing>
        ) : (
          <Canvas
            label={t('compare.plots.label', { n: runs.length, x: x.label, y: y.label })}
            draw={(pen) =>
              kind === 'scatter'
                ? drawScatter(pen, runs, x, y)
                : drawParallel(pen, runs, [...all.filter(isGiven).slice(0, MOST_AXES - 1), y], y)
            }
          />
        )}
      </div>
    </section>
  );
}

const Nothing = ({ children }: { readonly children: ReactNode }): JSX.Element => (
  <div className="kg-Empty kg-Text-muted" dir="auto">
    {children}
  </div>
);

interface ChoiceProps {
  readonly label: string;
  readonly value: Column | undefined;
  readonly columns: readonly Column[];
  readonly onChange: (id: string) => void;
}

function Choice({ label, value, columns, onChange }: ChoiceProps): JSX.Element {
  const id = useId();
  return (
    <label htmlFor={id}>
      {label}
      <select id={id} value={value?.id ?? ''} onChange={(event) => onChange(event.target.value)}>
        {columns.map((one) => (
          <option key={one.id} value={one.id}>
            {one.label}
          </option>
        ))}
      </select>
    </label>
  );
}
