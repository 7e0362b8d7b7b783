import { CodeBlock } from '../components/CodeBlock.js';
import { useI18n } from '../i18n/context.js';
import type { Job } from '../api/types.js';
import { notebookCode, pt2Code } from './modelCode.js';

/** How to load a model, from the file and from MLflow. */
export function ModelCode({ job }: { readonly job: Pick<Job, 'name' | 'job_id'> }): JSX.Element {
  const { t } = useI18n();
  return (
    <div className="kg-Layout-stack kg-ModelCode">
      <CodeBlock title={t('job.loadCode.pt2')} code={pt2Code(job.name)} />
      <CodeBlock title={t('job.loadCode.notebook')} code={notebookCode(job.job_id)} />
    </div>
  );
}
