import type { ModelAlias, ModelRequest, RegisteredModel } from '../api/types.js';
import { Icon } from '../components/icons/Icon.js';
import { Row } from '../components/rows/Rows.js';
import { Code, Name } from '../components/Text.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';

/** A name of the registry and the version that it points to. */
function AliasChip({ alias }: { readonly alias: Pick<ModelAlias, 'alias' | 'version'> }): JSX.Element {
  const { t, format } = useI18n();
  return (
    <span className="kg-Chip kg-mod-plain" title={t('reg.pointsTo', { x: alias.alias, n: alias.version })}>
      <Code>{alias.alias}</Code> {format.number(alias.version)}
    </span>
  );
}

export function RegisteredRow({
  model,
  first,
}: {
  readonly model: RegisteredModel;
  readonly first: boolean;
}): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  return (
    <Row
      name={model.name}
      first={first}
      testId="kargah-registered"
      icon={<Icon name="prom" />}
      title={<Name>{model.name}</Name>}
      end={<span className="kg-mod-roomy">{t('reg.versions', { n: model.versions })}</span>}
      second={
        model.aliases.length === 0 ? undefined : (
          <span className="kg-RegisteredRow-stages">
            {model.aliases.map((alias) => (
              <AliasChip key={alias.alias} alias={alias} />
            ))}
          </span>
        )
      }
      onOpen={() => void kargah.open('model', { name: model.name })}
    />
  );
}

/** Somebody waits for this person's approval. */
export function ApprovalRow({
  request,
  first,
}: {
  readonly request: ModelRequest;
  readonly first: boolean;
}): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const { name, requested_by: by, version: n, alias: x } = request;
  return (
    <Row
      name={name}
      first={first}
      testId="kargah-approval"
      icon={<Icon name="queue" className="kg-Text-warn" />}
      title={<Name>{name}</Name>}
      second={
        <span className="kg-RegisteredRow-stages">
          <span>{t('reg.asks', { x: by.name })}</span>
          <span>{t('reg.move', { n, x })}</span>
        </span>
      }
      onOpen={() => void kargah.open('model', { name })}
    />
  );
}
