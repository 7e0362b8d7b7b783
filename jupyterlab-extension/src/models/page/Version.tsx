import { Fragment, type ReactNode } from 'react';
import { isShare } from '../../api/states.js';
import type { ModelVersion } from '../../api/types.js';
import { Button, IconButton, LinkButton } from '../../components/controls/Button.js';
import { Code, Moment, NameText, Num, Percent } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { useMay } from '../../projects/may.js';
import { VersionCard } from './card/VersionCard.js';
import { deleteRegistered } from './deletion.js';

interface VersionProps {
  readonly version: ModelVersion;
  /** Null: this person may not ask for anything. */
  readonly onAsk: ((version: number) => void) | null;
}

/** What a version is worth, where it came from, and who registered it. */
export function Version({ version, onAsk }: VersionProps): JSX.Element {
  const kargah = useKargah();
  const { t, format } = useI18n();
  const writes = useMay('model.write');
  const best = version.lineage?.best_metric ?? null;
  return (
    <li data-testid="model-version">
      <div className="kg-Layout-row kg-Layout-wrap">
        <span className="kg-Text-medium">{t('ver.version', { n: version.version })}</span>
        {version.aliases.map((alias) => (
          <span key={alias} className="kg-Chip kg-mod-plain">
            <Code>{alias}</Code>
          </span>
        ))}
        <span className="kg-Layout-grow" />
        {best !== null && (
          <span className="kg-Text-nowrap">
            <Code className="kg-Text-muted">{best.key}</Code>{' '}
            {isShare(best.key) ? <Percent share={best.value} /> : <Num>{format.metric(best.value)}</Num>}
          </span>
        )}
        {onAsk !== null && (
          <Button
            size="small"
            icon="prom"
            label={t('reg.ask')}
            aria-label={t('reg.askFor', { n: version.version })}
            title={t('reg.askFor', { n: version.version })}
            onClick={() => onAsk(version.version)}
          />
        )}
        {writes && (
          <IconButton
            icon="del"
            label={t('reg.deleteVersion', { n: version.version })}
            onClick={() => void deleteRegistered(kargah, version.name, version.version)}
          />
        )}
      </div>
      <Origin version={version} />
      {version.description !== '' && (
        <div className="kg-Model-said" dir="auto">
          {version.description}
        </div>
      )}
      {Object.keys(version.tags).length > 0 && (
        <div className="kg-Layout-row kg-Layout-wrap">
          {Object.entries(version.tags).map(([key, value]) => (
            <span key={key} className="kg-Chip kg-mod-plain kg-Text-ellipsis" title={`${key}=${value}`}>
              <Code>{value === '' ? key : `${key}=${value}`}</Code>
            </span>
          ))}
        </div>
      )}
      <VersionCard version={version} />
    </li>
  );
}

/** The job and the version of the data that it came from: links while they are there. */
function Origin({ version }: { readonly version: ModelVersion }): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const { lineage, job_deleted: noJob, dataset_deleted: noData, registered_by: by } = version;
  const parts: ReactNode[] = [];
  if (lineage === null) parts.push(t('reg.outside'));
  else {
    const { job_id, job_name: job, dataset_id, dataset_name: name, dataset_version: n } = lineage;
    parts.push(
      noJob ? (
        <>
          <NameText>{job}</NameText> ({t('reg.jobDeleted')})
        </>
      ) : (
        <LinkButton onClick={() => void kargah.open('job', { job_id })}>
          <NameText>{job}</NameText>
        </LinkButton>
      ),
    );
    if (name !== null) {
      const data = (
        <>
          <NameText>{name}</NameText> {n !== null && t('ver.version', { n })}
        </>
      );
      parts.push(
        noData || dataset_id === null ? (
          <>
            {data} ({t('reg.dataDeleted')})
          </>
        ) : (
          <LinkButton onClick={() => void kargah.open('dataset', { dataset_id })}>{data}</LinkButton>
        ),
      );
    }
  }
  if (by !== null) parts.push(t('reg.by', { x: by.name }));
  parts.push(<Moment at={version.created_at} />);
  return (
    <div className="kg-Text-hint">
      {parts.map((part, index) => (
        <Fragment key={index}>
          {index > 0 && t('facts.and')}
          {part}
        </Fragment>
      ))}
    </div>
  );
}
