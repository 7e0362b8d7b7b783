import { useCallback } from 'react';
import { data } from '../../../api/client.js';
import type { CardRevision, ModelCard } from '../../../api/types.js';
import { LinkButton } from '../../../components/controls/Button.js';
import { ErrorNote, Skeleton } from '../../../components/Note.js';
import { Moment } from '../../../components/Text.js';
import { useKargah } from '../../../context.js';
import { useI18n } from '../../../i18n/context.js';
import { usePaged } from '../../../people/usePaged.js';

const idOf = ({ revision }: CardRevision): number => revision;

/** Who wrote which fields of a card, newest first. */
export function Revisions({ card: { name, version, revision } }: { readonly card: ModelCard }): JSX.Element {
  const { api } = useKargah();
  const { t } = useI18n();
  const read = useCallback(
    (cursor: string | undefined, signal: AbortSignal) =>
      data(
        api.http.GET('/api/v1/models/{name}/versions/{version}/card/revisions', {
          params: { path: { name, version }, query: { limit: 20, ...(cursor !== undefined && { cursor }) } },
          signal,
        }),
      ),
    [api, name, version],
  );
  const { items, failure, more, again } = usePaged(read, idOf, revision);
  return (
    <>
      {failure !== null && <ErrorNote reason={failure} onRetry={again} />}
      {items === null && failure === null && <Skeleton widths={[60, 40]} />}
      <ul>
        {items?.map((one) => (
          <li key={one.revision} data-testid="card-revision">
            {one.changed.length === 0
              ? t('card.wroteNothing', { x: one.changed_by.name })
              : t('card.wrote', {
                  x: one.changed_by.name,
                  y: one.changed.map((field) => t(`card.field.${field}`)).join(t('facts.and')),
                })}{' '}
            <Moment at={one.changed_at} />
          </li>
        ))}
      </ul>
      {more !== null && <LinkButton onClick={more}>{t('panel.moreRows')}</LinkButton>}
    </>
  );
}
