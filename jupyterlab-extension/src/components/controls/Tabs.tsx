import { type KeyboardEvent, type ReactNode, useId } from 'react';
import { useI18n } from '../../i18n/context.js';

export interface Tab<Id extends string> {
  readonly id: Id;
  readonly label: string;
  readonly end?: ReactNode;
}

/** Views of one thing, side by side; arrows follow the reading direction. */
export function Tabs<Id extends string>({
  label,
  tabs,
  open,
  onOpen,
  children,
}: {
  readonly label: string;
  readonly tabs: readonly Tab<Id>[];
  readonly open: Id;
  readonly onOpen: (id: Id) => void;
  readonly children: ReactNode;
}): JSX.Element {
  const id = useId();
  const { dir } = useI18n();
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const at = tabs.findIndex((tab) => tab.id === open);
    const forward = dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const back = dir === 'rtl' ? 'ArrowRight' : 'ArrowLeft';
    const steps: Record<string, number> = { [forward]: at + 1, [back]: at - 1, Home: 0, End: tabs.length - 1 };
    const next = steps[event.key];
    const tab = next === undefined ? undefined : tabs.at(next % tabs.length);
    if (tab === undefined) return;
    event.preventDefault();
    onOpen(tab.id);
    event.currentTarget.querySelector<HTMLElement>(`[data-tab="${tab.id}"]`)?.focus();
  };
  return (
    <>
      <div className="kg-Tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${id}-${tab.id}`}
            data-tab={tab.id}
            aria-selected={tab.id === open}
            aria-controls={`${id}-open`}
            tabIndex={tab.id === open ? 0 : -1}
            onClick={() => onOpen(tab.id)}
          >
            {tab.label}
            {tab.end !== undefined && <span className="kg-Text-muted"> {tab.end}</span>}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-open`} aria-labelledby={`${id}-${open}`} className="kg-Layout-stack kg-Tabs-body">
        {children}
      </div>
    </>
  );
}
