import { useEffect, useRef, useState } from 'react';
import { Button, IconButton } from '../components/controls/Button.js';
import { Icon } from '../components/icons/Icon.js';
import { Menu, below, type MenuPlace } from '../components/controls/Menu.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { JOB_FILTERS, type JobFilter, toggled } from './filters.js';

export interface ToolbarProps {
  readonly search: string;
  readonly onSearch: (text: string) => void;
  readonly filters: ReadonlySet<JobFilter>;
  readonly onFilters: (filters: ReadonlySet<JobFilter>) => void;
  /** The tags of the datasets, and those that are filtered by. */
  readonly knownTags: readonly string[];
  readonly tags: ReadonlySet<string>;
  readonly onTag: (tag: string) => void;
  readonly onClear: () => void;
  /** What the search found, for the live region. */
  readonly found: string;
}

export function Toolbar(props: ToolbarProps): JSX.Element {
  const { search, onSearch, filters, onFilters, knownTags, tags, onTag, onClear, found } = props;
  const kargah = useKargah();
  const { t } = useI18n();
  const box = useRef<HTMLInputElement>(null);
  const [menuAt, setMenuAt] = useState<MenuPlace | null>(null);

  useEffect(() => {
    const panel = box.current?.closest('.kg');
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

  const toggle = (filter: JobFilter): void => onFilters(toggled(filters, filter));
  const filtering = filters.size + tags.size > 0;

  return (
    <>
      <div className="tb">
        <div className="in" role="search">
          <Icon name="search" className="t-off" />
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
            <span className="kbd w" dir="ltr" aria-hidden="true">
              /
            </span>
          ) : (
            <IconButton icon="close" className="tight" label={t('action.clear')} onClick={() => onSearch('')} />
          )}
        </div>
        <IconButton
          icon="filter"
          label={t('panel.filter')}
          className={filtering ? 'on' : ''}
          aria-haspopup="menu"
          aria-expanded={menuAt !== null}
          onClick={(event) => setMenuAt(below(event.currentTarget))}
        />
        <Button
          kind="primary"
          icon="add"
          label={t('panel.newJob')}
          data-testid="kargah-new-job"
          onClick={() => void kargah.openNewJob()}
        />
      </div>
      {filtering && (
        <div className="filters">
          {[...filters].map((filter) => (
            <button type="button" className="chip tone-run chip-b" key={filter} onClick={() => toggle(filter)}>
              {t(`panel.filter.${filter}`)}
              <Icon name="close" />
            </button>
          ))}
          {[...tags].map((tag) => (
            <button
              type="button"
              className="chip tone-run chip-b"
              key={`#${tag}`}
              title={t('tags.unfilter', { x: tag })}
              onClick={() => onTag(tag)}
            >
              <span className="ell nm" dir="auto">
                {tag}
              </span>
              <Icon name="close" />
            </button>
          ))}
          <span className="grow" />
          <Button kind="quiet" size="small" label={t('panel.clearFilters')} onClick={onClear} />
        </div>
      )}
      <div className="vh" role="status" aria-live="polite">
        {found}
      </div>
      {menuAt !== null && (
        <Menu
          label={t('panel.filter')}
          at={menuAt}
          onClose={() => setMenuAt(null)}
          items={[
            ...JOB_FILTERS.map((filter) => ({
              label: t(`panel.filter.${filter}`),
              icon: 'filter' as const,
              checked: filters.has(filter),
              run: () => toggle(filter),
            })),
            ...knownTags.map((tag, index) => ({
              label: t('tags.tag', { x: tag }),
              icon: 'filter' as const,
              separated: index === 0,
              checked: tags.has(tag),
              run: () => onTag(tag),
            })),
          ]}
        />
      )}
    </>
  );
}
