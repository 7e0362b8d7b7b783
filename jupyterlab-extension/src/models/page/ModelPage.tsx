import { useState } from 'react';
import { asApiError } from '../../api/errors.js';
import { Button, LinkButton } from '../../components/controls/Button.js';
import { Card } from '../../components/Card.js';
import { EmptyState, ErrorNote, Note, Skeleton } from '../../components/Note.js';
import { NameText } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { useStore } from '../../lib/useStore.js';
import { useMay } from '../../projects/may.js';
import { AskForm } from './AskForm.js';
import { deleteRegistered } from './deletion.js';
import { History } from './History.js';
import { Request } from './Request.js';
import { RulesCard } from './rules/RulesCard.js';
import { Stages } from './Stages.js';
import { useModel } from './useModel.js';
import { Version } from './Version.js';

/** A registered model: where its names point, who asks that they move, its versions, and what was when. */
export default function ModelPage({ name }: { readonly name: string }): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const { model, failure, projectId, rules, versions, requests, stamp, again } = useModel(name);
  const system = useStore(kargah.store.system);
  const promotes = useMay('model.promote');
  const writes = useMay('model.write');
  const [asking, setAsking] = useState<number | null>(null);
  if (failure !== null && (model === null || asApiError(failure).code === 'not_found')) {
    return asApiError(failure).code === 'not_found' ? (
      <EmptyState icon="model" title={t('reg.gone')} />
    ) : (
      <ErrorNote reason={failure} onRetry={again} />
    );
  }
  if (model === null) return <Skeleton widths={[40, 70, 90, 60]} />;
  const guarded = Object.keys(rules?.aliases ?? {});
  const asks = promotes && guarded.length > 0;
  return (
    <div className="kg-Layout-stack" data-testid="model-page">
      <header>
        <div className="kg-Layout-row kg-Layout-wrap">
          <h1>
            <NameText>{model.name}</NameText>
          </h1>
          <span className="kg-Layout-grow" />
          {asks && model.latest_version !== null && (
            <Button kind="primary" icon="prom" label={t('reg.ask')} onClick={() => setAsking(model.latest_version)} />
          )}
          {writes && <Button icon="del" label={t('reg.delete')} onClick={() => void deleteRegistered(kargah, name)} />}
        </div>
        {model.description !== '' && (
          <p className="kg-Text-muted kg-Model-said" dir="auto">
            {model.description}
          </p>
        )}
      </header>
      {system !== null && system.mlflow !== 'up' && <Note tone="warn" icon="warn" title={t('reg.notCurrent')} />}
      {failure !== null && <ErrorNote reason={failure} onRetry={again} />}
      {asking !== null && asks && (
        <AskForm
          key={asking}
          model={model}
          guarded={guarded}
          versions={versions.items ?? []}
          version={asking}
          onClose={() => setAsking(null)}
        />
      )}
      <div className="kg-Layout-grid2">
        <Stages model={model} guarded={guarded} />
        <Card title={t('reg.requests')} testId="model-requests">
          {requests.failure !== null && <ErrorNote reason={requests.failure} onRetry={requests.again} />}
          {requests.items === null && requests.failure === null && <Skeleton widths={[60, 40]} />}
          {requests.items?.length === 0 && <div className="kg-Text-hint">{t('reg.requestsNone')}</div>}
          <ul className="kg-Model-list">
            {requests.items?.map((request) => (
              <Request key={request.request_id} request={request} />
            ))}
          </ul>
          {requests.more !== null && <LinkButton onClick={requests.more}>{t('panel.moreRows')}</LinkButton>}
        </Card>
      </div>
      <Card title={t('reg.versionsTitle')} testId="model-versions">
        {versions.failure !== null && <ErrorNote reason={versions.failure} onRetry={versions.again} />}
        {versions.items === null && versions.failure === null && <Skeleton />}
        {versions.items?.length === 0 && <div className="kg-Text-hint">{t('reg.versionsNone')}</div>}
        <ul className="kg-Model-list">
          {versions.items?.map((version) => (
            <Version key={version.version} version={version} onAsk={asks ? setAsking : null} />
          ))}
        </ul>
        {versions.more !== null && <LinkButton onClick={versions.more}>{t('panel.moreRows')}</LinkButton>}
      </Card>
      {rules !== null && projectId !== undefined && <RulesCard projectId={projectId} rules={rules} onChanged={again} />}
      <History name={name} stamp={stamp} />
    </div>
  );
}
