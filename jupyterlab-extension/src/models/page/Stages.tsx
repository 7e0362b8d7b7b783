import { data } from '../../api/client.js';
import type { ModelAlias, RegisteredModel } from '../../api/types.js';
import { Button } from '../../components/controls/Button.js';
import { Card } from '../../components/Card.js';
import { Code } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { useMay } from '../../projects/may.js';

interface StagesProps {
  readonly model: RegisteredModel;
  /** The protected names, also those that point nowhere. */
  readonly guarded: readonly string[];
}

/** Where names point, since when and by whom, and the way back. */
export function Stages({ model, guarded }: StagesProps): JSX.Element {
  const { t } = useI18n();
  const empty = guarded.filter((name) => !model.aliases.some(({ alias }) => alias === name));
  return (
    <Card title={t('reg.stages')} testId="model-stages">
      {model.aliases.length === 0 && empty.length === 0 && <div className="kg-Text-hint">{t('reg.stagesNone')}</div>}
      <ul className="kg-Model-list">
        {model.aliases.map((alias) => (
          <Stage key={alias.alias} name={model.name} stage={alias} />
        ))}
        {empty.map((alias) => (
          <li key={alias} className="kg-Layout-row kg-Layout-wrap" data-testid="model-stage">
            <Code className="kg-Text-medium">{alias}</Code>
            <span className="kg-Text-muted">{t('reg.nowhere')}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Stage({ name, stage }: { readonly name: string; readonly stage: ModelAlias }): JSX.Element {
  const { api, shell } = useKargah();
  const { t, format } = useI18n();
  const promotes = useMay('model.promote');
  const { alias, version, since, by, before } = stage;
  const rollBack = async (to: number): Promise<void> => {
    const sure = await shell.confirm({
      title: t('reg.rollBackTitle', { x: alias, n: to }),
      body: t('reg.rollBackBody', {
        x: alias,
        n: to,
        from: version,
        since: since === null ? '—' : format.exact(since),
      }),
      accept: t('reg.rollBack', { n: to }),
      destructive: true,
    });
    if (!sure) return;
    const params = { path: { name, alias } };
    await data(
      api.http.POST('/api/v1/models/{name}/aliases/{alias}/rollback', {
        params,
        body: { why: '', from_version: version },
      }),
    ).catch((reason: unknown) => shell.failed(reason));
  };
  return (
    <li data-testid="model-stage">
      <div className="kg-Layout-row kg-Layout-wrap">
        <Code className="kg-Text-medium">{alias}</Code>
        <span className="kg-Text-nowrap">{t('ver.version', { n: version })}</span>
        <span className="kg-Layout-grow" />
        {promotes && stage.protected && before !== null && (
          <Button
            size="small"
            icon="undo"
            label={t('reg.rollBack', { n: before })}
            onClick={() => void rollBack(before)}
          />
        )}
      </div>
      {since !== null && (
        <div className="kg-Text-hint" title={format.exact(since)}>
          {t('reg.since', { x: format.moment(since) })}
          {by !== null && (
            <>
              {t('facts.and')}
              <bdi>{by.name}</bdi>
            </>
          )}
        </div>
      )}
    </li>
  );
}
