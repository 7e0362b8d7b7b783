import type { Dataset } from '../../../api/types.js';
import { useI18n } from '../../../i18n/context.js';
import { useWritable } from '../../useWritable.js';

/** Why the ways to change another person's dataset are not here. */
export function ReadOnly({
  dataset,
  className = '',
}: {
  readonly dataset: Dataset;
  readonly className?: string;
}): JSX.Element | null {
  const { t } = useI18n();
  const writable = useWritable(dataset);
  if (writable) return null;
  const why = dataset.mine ? t('project.viewing') : t('share.readOnlyLead', { x: dataset.owner.name });
  return <p className={`kg-Text-muted ${className}`}>{why}</p>;
}
