import { useEffect, useRef, useState } from 'react';
import { Button, IconButton } from '../components/controls/Button.js';
import { Icon } from '../components/icons/Icon.js';
import { Menu, below, type MenuPlace } from '../components/controls/Menu.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import type { FilterOption, Section } from '../features/feature.js';
import { useStore } from '../lib/useStore.js';
import { May } from '../projects/may.js';
import { type Chosen, chosenOf } from './lists/filters.js';
import { wantedSearch } from './lists/wantedSearch.js';

export interface ToolbarProps {
  readonly search: string;
  readonly onSearch: (text: string) => void;
  readonly sections: readonly Section[];
  /** What each section is filtered by. */
  readonly chosen: Chosen;
  readonly onToggle: (section: string, option: string) => void;
  readonly onClear: () => void;
  /** What the search found, for the live region. */
  readonly found: string;
}

export function Toolbar(props: ToolbarProps): JSX.Element {
  const { search, onSearch, sections, chosen, onToggle, onClear, found } = props;
  const kargah = useKargah();
  const i18n = useI18n();
  const { t } = i18n;
  const box = useRef<HTMLInputElement>(null);
  const [menuAt, setMenuAt] = useState<MenuPlace | null>(null);

  useEffect(() => {
    const panel = box.current?.closest('.kg-Root');
    const onKey = (event: Event): void => {
      const target = event.target as HTMLElement;
      if ((event as KeyboardEvent).key === '/' && !target.matches('input, textarea, select, [contenteditable=true]')) {
        event.preventDefault();
        event.stopPropagation();
        box.current?.focus();
      }
    };
    panel?.addEventListener('keydown', onKey);
    return () => panel?.removeEventListener('keydown', onKey);
  }, []);

  const wanted = useStore(wantedSearch);
  useEffect(() => {
    if (!wanted) return;
    wantedSearch.set(false);
    box.current?.focus();
  }, [wanted]);

  // Filters of the lower sections first: one can narrow jobs by their state long before datasets by their tags.
  const groups = sections.flatMap(({ id, filters }) => (filters === undefined ? [] : { id, filters })).reverse();
  const picked = groups.flatMap(({ id, filters }) =>
    [...chosenOf(chosen, id)].map((option) => ({ section: id, option: filters.option(option, i18n) })),
  );
  const filtering = picked.length > 0;
  /** What is offered, and what is chosen and no longer offered. */
  const optionsOf = ({ id, filters }: (typeof groups)[number]): readonly FilterOption[] => {
    const offered = filters.options(kargah, i18n);
    const gone = [...chosenOf(chosen, id)].filter((option) => offered.every((one) => one.id !== option));
    return [...offered, ...gone.map((option) => filters.option(option, i18n))];
  };

  return (
    <>
      <div className="kg-Toolbar">
        <div className="kg-Input" role="search">
          <Icon name="search" className="kg-Text-off" />
          <input
            ref={box}
            type="search"
            value={search}
            placeholder={t('panel.search')}
            aria-label={t('panel.searchAll')}
            onChange={(event) => onSearch(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') {
                onSearch('');
              }
            }}
          />
          {search === '' ? (
            <span className="kg-Kbd kg-mod-roomy kg-mod-roomier" dir="ltr" aria-hidden="true">
              /
            </span>
          ) : (
            <IconButton icon="close" className="kg-mod-tight" label={t('action.clear')} onClick={() => onSearch('')} />
          )}
        </div>
        <IconButton
          icon="filter"
          label={t('panel.filter')}
          className={filtering ? 'kg-mod-on' : ''}
          aria-haspopup="menu"
          aria-expanded={menuAt !== null}
          onClick={(event) => setMenuAt(below(event.currentTarget))}
        />
        <May do="job.write">
          <Button
            kind="primary"
            icon="add"
            label={t('panel.newJob')}
            data-testid="kargah-new-job"
            onClick={() => void kargah.open('new-job', {})}
          />
        </May>
      </div>
      {filtering && (
        <div className="kg-Filters">
          {picked.map(({ section, option }) => (
            <button
              type="button"
              className="kg-Chip kg-Tone-run kg-mod-button"
              key={`${section} ${option.id}`}
              title={option.chipTitle}
              onClick={() => onToggle(section, option.id)}
            >
              {option.chip ?? option.label}
              <Icon name="close" />
            </button>
          ))}
          <span className="kg-Layout-grow" />
          <Button kind="quiet" size="small" label={t('panel.clearFilters')} onClick={onClear} />
        </div>
      )}
      <div className="kg-Text-hidden" role="status" aria-live="polite">
        {found}
      </div>
      {menuAt !== null && (
        <Menu
          label={t('panel.filter')}
          at={menuAt}
          onClose={() => setMenuAt(null)}
          items={groups.flatMap((group, at) =>
            optionsOf(group).map((option, index) => ({
              label: option.label,
              icon: 'filter' as const,
              separated: at > 0 && index === 0,
              checked: chosenOf(chosen, group.id).has(option.id),
              run: () => onToggle(group.id, option.id),
            })),
          )}
        />
      )}
    </>
  );
}
