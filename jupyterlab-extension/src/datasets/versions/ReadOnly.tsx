import type { Dataset } from '../../api/types.js';
import { useI18n } from '../../i18n/context.js';

/** Why the ways to change another person's dataset are not here. */
export function ReadOnly({
  dataset,
  className = '',
}: {
  readonly dataset: Dataset;
  readonly className?: string;
}): JSX.Element | null {
  const { t } = useI18n();
  if (dataset.mine) return null;
  return <p className={`kg-Text-muted ${className}`}>{t('share.readOnlyLead', { x: dataset.owner.name })}</p>;
}
