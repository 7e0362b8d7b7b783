import { type ReactNode, useState } from 'react';
import { LinkButton } from '../../components/controls/Button.js';
import { ErrorNote, Skeleton } from '../../components/Note.js';
import { Rows } from '../../components/rows/Rows.js';
import { Section } from '../../components/Section.js';
import { useKargah } from '../../context.js';
import type { Features } from '../../features/registry.js';
import { useI18n } from '../../i18n/context.js';
import { matcher } from '../../i18n/fold/search.js';
import { useStore } from '../../lib/useStore.js';
import { type Chosen, chosenOf, passes, toggled } from './filters.js';
import { Toolbar } from '../Toolbar.js';
import { useBeyond } from './useBeyond.js';
import { type SectionRows, useSections } from './useSections.js';

/** The sections of all features, searched and filtered together. */
export function Lists({ features }: { readonly features: Features }): JSX.Element {
  const kargah = useKargah();
  const { t, format } = useI18n();
  const sections = useSections(features);
  const connection = useStore(kargah.live.connection);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<Chosen>({});
  const beyond = useBeyond(sections, search, chosen);

  const matches = matcher(search);
  const stale = connection.state === 'reconnecting' || connection.state === 'offline';
  const toggle = (section: string, option: string): void =>
    setChosen((before) => ({ ...before, [section]: toggled(chosenOf(before, section), option) }));
  const clear = (): void => {
    setSearch('');
    setChosen({});
  };
  const shownOf = ({ section, entries }: SectionRows) => {
    const by = chosenOf(chosen, section.id);
    const known = new Set(entries.map(({ id }) => id));
    return [
      ...entries.filter(({ texts }) => matches(...texts)),
      ...beyond.of(section.id).items.filter(({ id }) => !known.has(id)),
    ].filter((entry) => passes(entry, by, section.filters));
  };
  const isNarrowed = (id: string): boolean => search.trim() !== '' || chosenOf(chosen, id).size > 0;
  const found = sections.map((one) => ({ ...one, shown: shownOf(one), narrowed: isNarrowed(one.section.id) }));
  type Found = (typeof found)[number];

  const countOf = ({ state, entries, shown, narrowed }: Found): ReactNode => {
    if (stale && connection.asOf !== null) {
      return t('panel.asOf', { x: format.time(connection.asOf) });
    }
    if (state.status !== 'ready') {
      return null;
    }
    const all = entries.filter(({ uncounted }) => uncounted !== true).length;
    const total = `${format.number(all)}${state.nextCursor === null ? '' : '+'}`;
    const here = shown.filter(({ uncounted }) => uncounted !== true).length;
    return narrowed ? t('panel.countOf', { n: here, all: total }) : total;
  };
  const more = ({ section, lists }: Found): void => {
    if (beyond.of(section.id).asking) beyond.more(section.id);
    else
      void Promise.all(lists.map((name) => kargah.store.more(name))).catch((reason: unknown) =>
        kargah.shell.failed(reason),
      );
  };
  const bodyOf = (one: Found): ReactNode => {
    const { section, state, shown, narrowed } = one;
    const { asking, pending, nextCursor } = beyond.of(section.id);
    if (state.status === 'failed' && state.error !== null) {
      return (
        <div className="kg-Layout-pad">
          <ErrorNote reason={state.error} onRetry={() => void kargah.store.reload()} retried />
        </div>
      );
    }
    if (state.status === 'idle' || state.status === 'loading') {
      return <Skeleton />;
    }
    if (shown.length === 0) {
      if (pending) return <Skeleton />;
      return narrowed ? <NothingFound onClear={clear} /> : <section.Empty />;
    }
    const filters = {
      chosen: chosenOf(chosen, section.id),
      toggle: (option: string) => toggle(section.id, option),
    };
    return (
      <>
        <div className={stale ? 'kg-mod-stale' : ''}>
          {section.choice !== undefined && <section.choice.Bar />}
          <Rows
            label={t(section.title)}
            onChoose={section.choice && ((...named) => section.choice?.choose(kargah, ...named))}
            onUndo={section.choice?.undo && (() => section.choice?.undo?.(kargah))}
          >
            {shown.map((entry, index) => entry.row(index === 0, filters))}
          </Rows>
        </div>
        {(asking ? nextCursor : state.nextCursor) !== null && (
          <p className="kg-Lists-more">
            <LinkButton onClick={() => more(one)}>{t('panel.moreRows')}</LinkButton>
          </p>
        )}
      </>
    );
  };
  const searching = found.some(({ narrowed }) => narrowed);
  const counts = found.map(({ section, shown }) =>
    t(section.found, { n: shown.filter(({ uncounted }) => uncounted !== true).length }),
  );

  return (
    <>
      <Toolbar
        search={search}
        onSearch={setSearch}
        sections={sections.map(({ section }) => section)}
        chosen={chosen}
        onToggle={toggle}
        onClear={clear}
        found={searching ? t('panel.found', { x: format.list(counts) }) : ''}
      />
      <div className="kg-Layout-scroll">
        {found.map((one) => {
          const { id, title, Actions, Badge } = one.section;
          const { failure } = beyond.of(id);
          return (
            <Section
              key={id}
              title={t(title)}
              count={
                <>
                  {countOf(one)}
                  {Badge !== undefined && !one.narrowed && !stale && <Badge />}
                </>
              }
              open={!closed.has(id)}
              onToggle={() => setClosed((before) => toggled(before, id))}
              testId={`kargah-${id}`}
              actions={Actions === undefined ? undefined : <Actions />}
            >
              {bodyOf(one)}
              {failure !== null && (
                <div className="kg-Layout-pad">
                  <ErrorNote reason={failure} onRetry={beyond.again} />
                </div>
              )}
            </Section>
          );
        })}
      </div>
    </>
  );
}

function NothingFound({ onClear }: { readonly onClear: () => void }): JSX.Element {
  const { t } = useI18n();
  return (
    <div className="kg-Empty">
      <div className="kg-Text-muted">{t('empty.search')}</div>
      <LinkButton onClick={onClear}>{t('panel.clearFilters')}</LinkButton>
    </div>
  );
}
