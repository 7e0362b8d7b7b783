import { type ReactNode, useId, useState } from 'react';
import { Button, IconButton, LinkButton } from '../../components/controls/Button.js';
import { Popover } from '../../components/controls/Popover.js';
import { useI18n } from '../../i18n/context.js';
import { numberOf } from '../../i18n/fold/latin.js';
import { type ChartLook, PLAIN } from './view.js';

export interface ChartToolsProps {
  readonly title: string;
  readonly look: ChartLook;
  /** Of all charts. */
  readonly smoothing: number;
  readonly onLook: (look: ChartLook) => void;
  /** Undefined: there is no picture now. */
  readonly onPicture: (() => void) | undefined;
  readonly onPoints: () => void;
  /** Undefined: it has the whole window already. */
  readonly onFull: (() => void) | undefined;
  readonly children?: ReactNode;
}

/** How one chart is looked at, and what can be taken out of it. */
export function ChartTools(props: ChartToolsProps): JSX.Element {
  const { title, look, smoothing, onLook, onPicture, onPoints, onFull, children } = props;
  const { t } = useI18n();
  const [anchor, setAnchor] = useState<HTMLSpanElement | null>(null);
  const [open, setOpen] = useState(false);
  const plain = Object.entries(PLAIN).every(([name, value]) => look[name as keyof ChartLook] === value);
  const label = t('chart.tools', { x: title });
  return (
    <span ref={setAnchor} className="kg-Chart-tools">
      <IconButton
        icon="tune"
        label={label}
        aria-haspopup="dialog"
        aria-expanded={open}
        className={plain ? '' : 'kg-mod-on'}
        onClick={() => setOpen(!open)}
      />
      {open && anchor !== null && (
        <Popover label={label} anchor={anchor} onClose={() => setOpen(false)}>
          <div className="kg-Layout-stack kg-mod-close kg-Chart-look">
            <label className="kg-Layout-row">
              <input
                type="checkbox"
                checked={look.log}
                onChange={(event) => onLook({ ...look, log: event.target.checked })}
              />
              {t('chart.log')}
            </label>
            <fieldset className="kg-Layout-row">
              <legend>{t('chart.range')}</legend>
              <Bound label={t('chart.low')} value={look.low} onChange={(low) => onLook({ ...look, low })} />
              <Bound label={t('chart.high')} value={look.high} onChange={(high) => onLook({ ...look, high })} />
            </fieldset>
            <label className="kg-Layout-row kg-Charts-smoothing">
              {t('chart.smoothing.own')}
              <input
                type="range"
                min={0}
                max={0.98}
                step={0.02}
                value={look.smoothing ?? smoothing}
                onChange={(event) => onLook({ ...look, smoothing: Number(event.target.value) })}
              />
            </label>
            {!plain && <LinkButton onClick={() => onLook(PLAIN)}>{t('chart.plain')}</LinkButton>}
            {children}
            <div className="kg-Layout-row kg-Layout-wrap">
              {onFull !== undefined && <Button size="small" icon="ext" label={t('chart.full')} onClick={onFull} />}
              {onPicture !== undefined && <Button size="small" icon="img" label={t('chart.png')} onClick={onPicture} />}
              <Button size="small" icon="down" label={t('chart.csv')} onClick={onPoints} />
            </div>
          </div>
        </Popover>
      )}
    </span>
  );
}

/** An end of the vertical axis; empty: as the values need it. Taken while it is typed, as soon as it is a number. */
function Bound({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
}): JSX.Element {
  const { t } = useI18n();
  const id = useId();
  const [text, setText] = useState(value === null ? '' : String(value));
  const [shown, setShown] = useState(value);
  if (value !== shown) {
    // Put back from outside, not by what is typed here.
    setShown(value);
    if (value !== (numberOf(text) ?? null)) setText(value === null ? '' : String(value));
  }
  const wrong = text.trim() !== '' && numberOf(text) === undefined;
  return (
    <>
      <label htmlFor={id} className="kg-Text-small kg-Text-muted">
        {label}
      </label>
      <div className={`kg-Input ${wrong ? 'kg-mod-error' : ''}`}>
        <input
          id={id}
          dir="ltr"
          inputMode="decimal"
          value={text}
          aria-invalid={wrong || undefined}
          title={wrong ? t('chart.number') : undefined}
          onChange={(event) => {
            setText(event.target.value);
            const typed = numberOf(event.target.value);
            if (typed !== undefined || event.target.value.trim() === '') onChange(typed ?? null);
          }}
        />
      </div>
    </>
  );
}
