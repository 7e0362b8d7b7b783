import { useCallback } from 'react';
import { data } from '../../api/client.js';
import type { ModelMove } from '../../api/types.js';
import { LinkButton } from '../../components/controls/Button.js';
import { Card } from '../../components/Card.js';
import { ErrorNote, Skeleton } from '../../components/Note.js';
import { Code, Moment, Num } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { usePaged } from '../../people/usePaged.js';

const idOf = ({ move_id }: ModelMove): string => move_id;

/** Where protected names pointed when, newest first. */
export function History({ name, stamp }: { readonly name: string; readonly stamp: number }): JSX.Element {
  const { api } = useKargah();
  const { t } = useI18n();
  const read = useCallback(
    (cursor: string | undefined, signal: AbortSignal) =>
      data(
        api.http.GET('/api/v1/models/{name}/history', {
          params: { path: { name }, query: { limit: 20, ...(cursor !== undefined && { cursor }) } },
          signal,
        }),
      ),
    [api, name],
  );
  const { items, failure, more, again } = usePaged(read, idOf, stamp);
  return (
    <Card title={t('reg.history')} testId="model-history">
      {failure !== null && <ErrorNote reason={failure} onRetry={again} />}
      {items === null && failure === null && <Skeleton widths={[60, 40]} />}
      {items?.length === 0 && <div className="kg-Text-hint">{t('reg.historyNone')}</div>}
      <ul className="kg-Model-list">
        {items?.map((move) => (
          <Move key={move.move_id} move={move} />
        ))}
      </ul>
      {more !== null && <LinkButton onClick={more}>{t('panel.moreRows')}</LinkButton>}
    </Card>
  );
}

function Move({ move }: { readonly move: ModelMove }): JSX.Element {
  const { t, format } = useI18n();
  const { alias, kind, from_version: from, to_version: to, by, why } = move;
  const number = (version: number | null): string => (version === null ? '∅' : format.number(version));
  return (
    <li data-testid="model-move">
      <div className="kg-Layout-row kg-Layout-wrap">
        <Code className="kg-Text-medium">{alias}</Code>
        <Num>
          {number(from)} → {number(to)}
        </Num>
        <span>{t(`reg.kind.${kind}`)}</span>
        <span className="kg-Layout-grow" />
        <span className="kg-Text-muted kg-Text-small">
          <bdi>{by.name}</bdi>
          {t('facts.and')}
          <Moment at={move.at} />
        </span>
      </div>
      {why !== '' && (
        <div className="kg-Model-said" dir="auto">
          {why}
        </div>
      )}
    </li>
  );
}
